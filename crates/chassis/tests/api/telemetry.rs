//! What a process tells of its calls: to a collector, and to Prometheus.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chassis::{ServerConfig, TelemetryConfig, telemetry};
use http::Request;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use testkit::{Metrics, eventually, free_port};
use tonic::body::Body;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Response, Status};
use tower::ServiceExt;

use crate::support::{DEADLINE, Stand, refusal};

const LOG_IN: &str = "usher.identity.v1.SessionService/LogIn";
const CALLS: &str = "rpc_server_call_duration_seconds_count";

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    logs: Arc<Mutex<Vec<LogRecord>>>,
    metrics: Arc<Mutex<Vec<String>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        self.spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let resources = request.into_inner().resource_logs.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_logs);
        self.logs
            .lock()
            .unwrap()
            .extend(scopes.flat_map(|scope| scope.log_records));
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        let names = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name);
        self.metrics.lock().unwrap().extend(names);
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// A collector, and telemetry that goes there.
fn collected(sample_ratio: f64) -> (Collector, telemetry::Guard) {
    let collector = Collector::default();
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let config = TelemetryConfig {
        log: "info,chassis=debug".to_owned(),
        otlp_endpoint: Some(format!("http://{}", incoming.local_addr().unwrap())),
        sample_ratio,
        ..TelemetryConfig::default()
    };
    let server = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .add_service(LogsServiceServer::new(collector.clone()))
        .add_service(MetricsServiceServer::new(collector.clone()));
    tokio::spawn(server.serve_with_incoming(incoming));
    (collector, telemetry::init("identity", &config).unwrap())
}

/// Sends what is left.
async fn flush(guard: telemetry::Guard) {
    tokio::task::spawn_blocking(move || drop(guard)).await.unwrap();
}

/// One call that goes well and one that breaks down, with this decision of the caller's about their trace; answers the codes
/// of those that were kept.
async fn kept(sample_ratio: f64, flags: Option<&str>) -> Vec<i32> {
    let (collector, guard) = collected(sample_ratio);
    let stand = Stand::memory(ServerConfig::default());
    for email in ["ada", "panic"] {
        call(&stand, email, flags).await;
    }
    flush(guard).await;
    let spans = collector.spans.lock().unwrap();
    assert!(spans.iter().all(|span| span.name == LOG_IN), "{spans:?}");
    let mut codes: Vec<_> = spans
        .iter()
        .map(|span| span.status.clone().unwrap_or_default().code)
        .collect();
    codes.sort_unstable();
    codes
}

/// A call within a caller's trace, if they have decided about one.
async fn call(stand: &Stand, email: &str, flags: Option<&str>) {
    let mut request = stand.log_in(email);
    if let Some(flags) = flags {
        let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    }
    let answer = stand.client().log_in(request).await;
    assert_eq!(answer.is_err(), email == "panic");
}

const UNSET: i32 = 0;
const ERROR: i32 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_kept_when_all_are_sampled() {
    assert_eq!(kept(1.0, None).await, [UNSET, ERROR]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_errors_are_kept_when_none_is_sampled() {
    assert_eq!(kept(0.0, None).await, [ERROR]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_samples_is_kept() {
    assert_eq!(kept(0.0, Some("01")).await, [UNSET, ERROR]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_leaves_out_is_left_out_but_for_errors() {
    assert_eq!(kept(1.0, Some("00")).await, [ERROR]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_is_not_sampled_is_told_of_as_one_that_is() {
    let (collector, guard) = collected(0.0);
    let stand = Stand::memory(ServerConfig::default());
    call(&stand, "panic", Some("01")).await;
    call(&stand, "panic", Some("00")).await;
    flush(guard).await;
    let mut spans = collector.spans.lock().unwrap().clone();
    assert_eq!(spans.len(), 2, "{spans:?}");
    for span in &mut spans {
        let logs = collector.logs.lock().unwrap();
        assert!(logs.iter().any(|record| record.span_id == span.span_id), "{logs:?}");
        assert!(span.start_time_unix_nano < span.end_time_unix_nano, "{span:?}");
        (span.start_time_unix_nano, span.end_time_unix_nano) = (0, 0);
        span.span_id.clear();
        span.attributes.sort_by(|one, other| one.key.cmp(&other.key));
        // What was logged meanwhile is known of the sampled one only; the log has it in any case.
        span.events.clear();
        let status = span.status.as_mut().unwrap();
        assert_eq!(status.code, ERROR);
        status.message.clear();
    }
    assert_eq!(spans[0], spans[1]);
    assert_eq!(spans[0].parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_name_their_trace_and_metrics_come_too() {
    let (collector, guard) = collected(1.0);
    let stand = Stand::memory(ServerConfig::default());
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
    flush(guard).await;
    let span = collector.spans.lock().unwrap().remove(0);
    let logs = collector.logs.lock().unwrap();
    let of_call: Vec<_> = logs.iter().filter(|record| record.trace_id == span.trace_id).collect();
    assert_eq!(of_call.len(), 1, "{logs:?}");
    assert_eq!(of_call[0].span_id, span.span_id);
    let metrics = collector.metrics.lock().unwrap();
    assert!(
        metrics.iter().any(|name| name == "rpc.server.call.duration"),
        "{metrics:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_is_told_how_every_call_ended() {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port().unwrap()));
    let config = TelemetryConfig {
        prometheus: Some(address),
        ..TelemetryConfig::default()
    };
    let _guard = telemetry::init("identity", &config).unwrap();
    let stand = Stand::memory(ServerConfig {
        concurrency_limit: Some(1),
        ..ServerConfig::default()
    });
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
    stand.client().log_in(stand.log_in("refuse")).await.unwrap_err();
    let unheard_of = Request::builder().method("POST").uri("http://memory/of.Nobody/Knows");
    let unheard_of = unheard_of.body(Body::empty()).unwrap();
    stand.channel().oneshot(unheard_of).await.unwrap();
    let (mut client, request) = (stand.client(), stand.log_in("wait"));
    let waiting = tokio::spawn(async move { client.log_in(request).await });
    stand.arrived(1).await;
    let shed = stand.client().log_in(stand.log_in("ada")).await;
    assert_eq!(refusal(shed), (Code::ResourceExhausted, "OVERLOADED".to_owned()));

    let metrics = Metrics::fetch(address).await.unwrap();
    let log_in = ("rpc_method", LOG_IN);
    let counted = |metrics: &Metrics, code| metrics.sum(CALLS, &[log_in, ("rpc_response_status_code", code)]);
    assert_eq!(counted(&metrics, "OK"), Some(1.0), "{}", metrics.text);
    assert_eq!(counted(&metrics, "NOT_FOUND"), Some(1.0));
    assert_eq!(metrics.sum(CALLS, &[("rpc_method", "_OTHER")]), Some(1.0));
    assert!(!metrics.text.contains("of.Nobody"), "{}", metrics.text);
    assert_eq!(metrics.sum("usher_rpc_active_calls", &[log_in]), Some(1.0));
    assert_eq!(metrics.sum("usher_rpc_shed_calls_total", &[log_in]), Some(1.0));

    waiting.abort();
    eventually(DEADLINE, async || {
        let metrics = Metrics::fetch(address).await.unwrap();
        let after = (
            counted(&metrics, "CANCELLED"),
            metrics.sum("usher_rpc_active_calls", &[log_in]),
        );
        if after == (Some(1.0), Some(0.0)) {
            Ok(())
        } else {
            Err(format!("{after:?}"))
        }
    })
    .await;
}
