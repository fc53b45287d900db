//! What a process tells of itself: logs for people or machines; traces, metrics and logs to OpenTelemetry when an endpoint is
//! configured; metrics to Prometheus when an address is.

mod export;
mod sampling;
mod scrape;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::Deserialize;
use tokio_util::sync::DropGuard;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) use self::sampling::{UNRECORDED, head, keep};
use crate::config::period;

/// What the collector is told that all spans come from.
pub(crate) const SCOPE: &str = "usher";
/// How long the last spans, metrics and logs may take to leave at the end.
const FLUSH: Duration = Duration::from_secs(5);
/// Those whose entries tell of sending telemetry: sent on, each would make another one.
const CARRIERS: [&str; 5] = ["opentelemetry", "tonic", "h2", "hyper", "tower"];

/// What is logged, and where traces and metrics go.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Which log entries are written: a level, or directives such as `info,identity=debug`.
    pub log: String,
    /// How they are written.
    pub format: Format,
    /// Where traces, metrics and logs go: the gRPC endpoint of an OpenTelemetry collector, `http://host:4317`. None: nowhere.
    pub otlp_endpoint: Option<String>,
    /// The share of traces that is kept when this process begins them, 0 to 1; a caller's decision is followed. Calls that
    /// end in an error of ours are always kept.
    pub sample_ratio: f64,
    /// Where Prometheus fetches metrics, `GET /metrics` in plaintext, with nothing of people in them. None: nowhere.
    pub prometheus: Option<SocketAddr>,
    /// How often metrics are sent to the collector.
    #[serde(deserialize_with = "period")]
    pub interval: Duration,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log: "info".to_owned(),
            format: Format::Text,
            otlp_endpoint: None,
            sample_ratio: 1.0,
            prometheus: None,
            interval: Duration::from_secs(15),
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
    Endpoint(#[from] ExporterBuildError),
    /// The share is no share.
    #[error("telemetry.sample_ratio: {0} is not between 0 and 1")]
    Ratio(f64),
    /// The metrics' address cannot be listened at.
    #[error("telemetry.prometheus: cannot listen on {address}: {source}")]
    Prometheus {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The metrics cannot be registered for Prometheus.
    #[error("telemetry.prometheus: {0}")]
    Registry(String),
    /// Telemetry is already set up in this process.
    #[error("telemetry is already set up: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Keeps telemetry going; when dropped, sends what is left.
#[derive(Debug)]
#[must_use = "traces, metrics and logs end when the guard is dropped"]
pub struct Guard {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
    logs: Option<SdkLoggerProvider>,
    _scrape: Option<DropGuard>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let traces = self.traces.as_ref().map(|it| it.shutdown_with_timeout(FLUSH));
        let metrics = self.metrics.as_ref().map(|it| it.shutdown_with_timeout(FLUSH));
        for (what, ended) in [("traces", traces), ("metrics", metrics)] {
            if let Some(Err(error)) = ended {
                tracing::warn!(%error, "the last {what} may be lost");
            }
        }
        // The last, so that it takes the warnings about the others along; nobody hears one about itself.
        if let Some(logs) = &self.logs {
            let _lost = logs.shutdown_with_timeout(FLUSH);
        }
    }
}

/// Sets up logs, traces and metrics for this process, which is known as `service`. Logs go to standard error. Must be called in
/// a runtime, and before anything is served.
///
/// # Errors
/// When the configuration cannot be used, or when it was done before.
pub fn init(service: &str, config: &TelemetryConfig) -> Result<Guard, TelemetryError> {
    let filter: Targets = config.log.parse()?;
    if !(0.0..=1.0).contains(&config.sample_ratio) {
        return Err(TelemetryError::Ratio(config.sample_ratio));
    }
    let resource = Resource::builder()
        .with_service_name(format!("usher-{service}"))
        .build();
    let endpoint = config.otlp_endpoint.as_deref();
    let traces = endpoint
        .map(|endpoint| export::traces(endpoint, &resource, config.sample_ratio))
        .transpose()?;
    let logs = endpoint.map(|endpoint| export::logs(endpoint, &resource)).transpose()?;
    let (metrics, scrape) = metrics(config, resource)?;
    tracing_subscriber::registry()
        .with(traces.as_ref().map(span_layer))
        .with(logs.as_ref().map(record_layer))
        .with(log_layer(config.format))
        .with(filter)
        .try_init()?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    if let Some(metrics) = &metrics {
        global::set_meter_provider(metrics.clone());
    }
    Ok(Guard {
        traces,
        metrics,
        logs,
        _scrape: scrape,
    })
}

/// Metrics for whoever wants them, the collector, Prometheus or both; none when nobody does.
fn metrics(
    config: &TelemetryConfig,
    resource: Resource,
) -> Result<(Option<SdkMeterProvider>, Option<DropGuard>), TelemetryError> {
    if config.otlp_endpoint.is_none() && config.prometheus.is_none() {
        return Ok((None, None));
    }
    let mut provider = SdkMeterProvider::builder().with_resource(resource);
    if let Some(endpoint) = &config.otlp_endpoint {
        provider = provider.with_reader(export::metrics(endpoint, config.interval)?);
    }
    let mut scrape = None;
    if let Some(address) = config.prometheus {
        let (reader, registry) = scrape::reader().map_err(|error| TelemetryError::Registry(error.to_string()))?;
        let serving = scrape::serve(address, registry);
        scrape = Some(serving.map_err(|source| TelemetryError::Prometheus { address, source })?);
        provider = provider.with_reader(reader);
    }
    Ok((Some(provider.build()), scrape))
}

/// Spans as the collector is sent them: where in the program they come from, and on which thread, would be half of each.
fn span_layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(SCOPE))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| metadata.target() != UNRECORDED))
}

/// Log entries as the collector is sent them, each with the trace it was written in.
fn record_layer(provider: &SdkLoggerProvider) -> Records<OpenTelemetryTracingBridge<SdkLoggerProvider, SdkLogger>> {
    Records(OpenTelemetryTracingBridge::new(provider))
}

/// Log entries, save those that tell of sending telemetry. As a filter it would be asked about every span, too.
struct Records<L>(L);

impl<S: tracing::Subscriber, L: Layer<S>> Layer<S> for Records<L> {
    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let target = event.metadata().target();
        if !CARRIERS.iter().any(|carrier| target.starts_with(carrier)) {
            self.0.on_event(event, context);
        }
    }
}

fn log_layer<S>(format: Format) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        Format::Text => layer.with_target(false).boxed(),
        Format::Json => layer.json().flatten_event(true).boxed(),
    }
}
