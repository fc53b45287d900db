//! Logs for people or machines, and traces to OpenTelemetry when an endpoint is configured.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use serde::Deserialize;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// How long the last spans may take to leave at the end.
const FLUSH: Duration = Duration::from_secs(5);

/// What is logged and where traces go.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Which log entries are written: a level, or directives such as `info,identity=debug`.
    pub log: String,
    /// How they are written.
    pub format: Format,
    /// Where traces go: the gRPC endpoint of an OpenTelemetry collector, `http://host:4317`. None: no traces.
    pub otlp_endpoint: Option<String>,
    /// The share of traces that is kept when this process begins them, 0 to 1; a caller's decision is followed.
    pub sample_ratio: f64,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log: "info".to_owned(),
            format: Format::Text,
            otlp_endpoint: None,
            sample_ratio: 1.0,
        }
    }
}

/// How log entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Lines for people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Telemetry that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log directives cannot be read.
    #[error("telemetry.log: {0}")]
    Log(#[from] tracing_subscriber::filter::ParseError),
    /// The collector's endpoint cannot be used.
    #[error("telemetry.otlp_endpoint: {0}")]
    Endpoint(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Telemetry is already set up in this process.
    #[error("telemetry is already set up: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Keeps telemetry going; when dropped, sends the last spans.
#[derive(Debug)]
#[must_use = "traces end when the guard is dropped"]
pub struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.shutdown_with_timeout(FLUSH)
        {
            tracing::warn!(%error, "the last traces may be lost");
        }
    }
}

/// Sets up logs and traces for this process, which is known as `service`. Logs go to standard error.
///
/// # Errors
/// When the configuration cannot be used, or when it was done before.
pub fn init(service: &str, config: &TelemetryConfig) -> Result<Guard, TelemetryError> {
    let filter = EnvFilter::try_new(&config.log)?;
    let provider = config
        .otlp_endpoint
        .as_deref()
        .map(|endpoint| provider(service, endpoint, config.sample_ratio))
        .transpose()?;
    let traces = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("usher")));
    tracing_subscriber::registry()
        .with(traces)
        .with(log_layer(config.format))
        .with(filter)
        .try_init()?;
    Ok(Guard(provider))
}

fn log_layer<S>(format: Format) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        Format::Text => layer.with_target(false).boxed(),
        Format::Json => layer.json().flatten_event(true).boxed(),
    }
}

fn provider(
    service: &str,
    endpoint: &str,
    ratio: f64,
) -> Result<SdkTracerProvider, opentelemetry_otlp::ExporterBuildError> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio)));
    let resource = Resource::builder()
        .with_service_name(format!("usher-{service}"))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build())
}
