//! What goes to an OpenTelemetry collector, over gRPC.

use std::time::Duration;

use opentelemetry_otlp::{ExporterBuildError, LogExporter, MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::PeriodicReader;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider};

use super::sampling::{Decided, ErrorsKept};

/// Traces: a share of those that begin here, those that a caller wants kept, and every error.
pub(super) fn traces(endpoint: &str, resource: &Resource, ratio: f64) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    Ok(SdkTracerProvider::builder()
        .with_span_processor(ErrorsKept::new(
            BatchSpanProcessor::builder(exporter).build(),
            resource,
            ratio,
        ))
        .with_sampler(Decided)
        .with_resource(resource.clone())
        .build())
}

/// Metrics, sent once in every `interval`.
pub(super) fn metrics(
    endpoint: &str,
    interval: Duration,
) -> Result<PeriodicReader<MetricExporter>, ExporterBuildError> {
    let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    Ok(PeriodicReader::builder(exporter).with_interval(interval).build())
}

/// Log entries.
pub(super) fn logs(endpoint: &str, resource: &Resource) -> Result<SdkLoggerProvider, ExporterBuildError> {
    let exporter = LogExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    Ok(SdkLoggerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource.clone())
        .build())
}
