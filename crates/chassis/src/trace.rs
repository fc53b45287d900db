//! One span per call, and the W3C trace context that ties the spans of several processes together.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::Code;
use tonic::metadata::MetadataMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::calls;

/// The header whose presence tells that the caller is part of a trace.
const TRACEPARENT: &str = "traceparent";

/// The span of a call of `method` that came in, continuing the caller's trace. It carries the method and never a person's data.
pub(crate) fn server_span(service: &str, method: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        "rpc",
        otel.name = method,
        otel.kind = "server",
        usher.service = service,
        rpc.system.name = "grpc",
        rpc.method = method,
    );
    if headers.contains_key(TRACEPARENT) {
        let parent = TraceContextPropagator::new().extract(&Incoming(headers));
        // Refused only when the span is already part of a trace or no exporter is configured: then there is nothing to tie.
        let _ = span.set_parent(parent);
    }
    span
}

/// Notes how a call ended on its span: for the collector alone, since every record would write the log's fields anew.
pub(crate) fn finish(span: &Span, code: Code) {
    span.set_attribute("rpc.response.status_code", calls::name(code));
    match code {
        Code::Unknown
        | Code::DeadlineExceeded
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => {
            span.set_status(Status::error(""));
        }
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unauthenticated => {}
    }
}

/// Adds the present trace to a request's metadata; for calls that do not go through a [`crate::Channel`].
pub fn inject(metadata: &mut MetadataMap) {
    let mut headers = std::mem::take(metadata).into_headers();
    inject_headers(&mut headers);
    *metadata = MetadataMap::from_headers(headers);
}

/// Adds the present trace to the headers of a call going out.
pub(crate) fn inject_headers(headers: &mut HeaderMap) {
    let context = Span::current().context();
    if context.span().span_context().is_valid() {
        inject_context(&context, headers);
    }
}

fn inject_context(context: &Context, headers: &mut HeaderMap) {
    TraceContextPropagator::new().inject_context(context, &mut Outgoing(headers));
}

struct Incoming<'a>(&'a HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Outgoing<'a>(&'a mut HeaderMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn a_trace_goes_in_and_comes_out_again() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
            let mut headers = HeaderMap::new();
            headers.insert(
                TRACEPARENT,
                HeaderValue::from_static("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            );
            let span = server_span("identity", "usher.identity.v1.SessionService/LogIn", &headers);
            let mut metadata = MetadataMap::new();
            span.in_scope(|| inject(&mut metadata));
            let out = metadata.get(TRACEPARENT).unwrap().to_str().unwrap();
            assert!(out.contains(trace) && !out.contains("00f067aa0ba902b7"), "{out}");
        });
    }

    #[test]
    fn without_a_trace_nothing_is_added() {
        let mut metadata = MetadataMap::new();
        inject(&mut metadata);
        assert!(metadata.is_empty());
    }
}
