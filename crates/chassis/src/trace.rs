//! One span per call, and the W3C trace context that ties the spans of several processes together.

use std::future::poll_fn;
use std::pin::pin;
use std::time::UNIX_EPOCH;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::context::FutureExt;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use tonic::Code;
use tonic::metadata::MetadataMap;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use types::{Clock, Timestamp};

use crate::calls::{self, Call};
use crate::{deadline, telemetry};

/// The header whose presence tells that the caller is part of a trace.
const TRACEPARENT: &str = "traceparent";

/// The span of a call that came in, continuing the caller's trace. It carries the method and never a person's data.
pub(crate) struct CallSpan {
    span: Span,
    record: Record,
}

/// What the collector is told of a call.
enum Record {
    /// There is no collector.
    Nothing,
    Everything,
    /// That it has failed, if it does: it is not sampled, and continues `parent` as `own`.
    Failure {
        own: Context,
        parent: SpanContext,
    },
}

impl CallSpan {
    /// A span for a call of `method` with these headers.
    pub(crate) fn new(service: &str, method: &str, headers: &HeaderMap) -> Self {
        let Some(head) = telemetry::head() else {
            return Self::unrecorded(service, method, Record::Nothing);
        };
        let context = if headers.contains_key(TRACEPARENT) {
            TraceContextPropagator::new().extract(&Incoming(headers))
        } else {
            Context::new()
        };
        let parent = context.span().span_context().clone();
        if let Some(own) = head.leaves_out(&parent) {
            let own = Context::new().with_remote_span_context(own);
            return Self::unrecorded(service, method, Record::Failure { own, parent });
        }
        let span = tracing::info_span!(
            "rpc",
            otel.name = method,
            otel.kind = "server",
            usher.service = service,
            rpc.system.name = "grpc",
            rpc.method = method,
        );
        if parent.is_valid() {
            // It has not begun, so it can have another parent.
            let _ = span.set_parent(context);
        }
        Self {
            span,
            record: Record::Everything,
        }
    }

    /// A span for lines of the log, whose fields are written for every call: plainly, which takes half as long as in quotes.
    fn unrecorded(service: &str, method: &str, record: Record) -> Self {
        let span = tracing::info_span!(
            target: telemetry::UNRECORDED,
            "rpc",
            usher.service = %service,
            rpc.method = %method,
        );
        Self { span, record }
    }

    /// Does the work of the call.
    pub(crate) async fn scope<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|cx| self.in_scope(|| work.as_mut().poll(cx))).await
    }

    /// Does something for the call.
    pub(crate) fn in_scope<T>(&self, something: impl FnOnce() -> T) -> T {
        let _own = match &self.record {
            Record::Failure { own, .. } => Some(own.clone().attach()),
            Record::Nothing | Record::Everything => None,
        };
        self.span.in_scope(something)
    }

    /// Notes how the call ended: for the collector alone, since every record would write the log's fields anew.
    pub(crate) fn finish(&self, call: &Call, code: Code) {
        match &self.record {
            Record::Everything => {
                self.span.set_attribute(calls::STATUS_CODE, calls::name(code));
                if has_failed(code) {
                    self.span.set_status(Status::error(""));
                }
            }
            Record::Failure { own, parent } if has_failed(code) => {
                telemetry::keep(failed(own.span().span_context(), parent, call, code));
            }
            Record::Failure { .. } | Record::Nothing => {}
        }
    }
}

/// What would have been recorded of a call, had anybody known that it would fail.
fn failed(own: &SpanContext, parent: &SpanContext, call: &Call, code: Code) -> SpanData {
    let end_time = UNIX_EPOCH + Clock::system().now().since(Timestamp::from_micros(0));
    SpanData {
        span_context: own.clone(),
        parent_span_id: parent.span_id(),
        parent_span_is_remote: parent.is_valid(),
        span_kind: SpanKind::Server,
        name: call.method.name.to_string().into(),
        start_time: end_time - call.elapsed(),
        end_time,
        attributes: call.method.ended_with(code).into(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::error(""),
        instrumentation_scope: InstrumentationScope::builder(telemetry::SCOPE).build(),
    }
}

/// Whether a call that ends so is a fault of ours.
const fn has_failed(code: Code) -> bool {
    match code {
        Code::Unknown
        | Code::DeadlineExceeded
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => true,
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
        | Code::Unauthenticated => false,
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
    Context::map_current(|context| TraceContextPropagator::new().inject_context(context, &mut Outgoing(headers)));
}

/// The same work for a task of its own, which stays part of the call that it is for.
pub fn in_current_call<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.in_current_span().with_current_context()
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
        // A state that nobody has set is none.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, deadline::unlike_any_other(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_in_and_comes_out_again() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let headers = HeaderMap::from_iter([(HeaderName::from_static(TRACEPARENT), HeaderValue::from_static(parent))]);
        let _context = TraceContextPropagator::new().extract(&Incoming(&headers)).attach();
        let mut metadata = MetadataMap::new();
        inject(&mut metadata);
        assert_eq!(metadata.into_headers(), headers);
    }

    #[test]
    fn without_a_trace_nothing_is_added() {
        let mut metadata = MetadataMap::new();
        inject(&mut metadata);
        assert!(metadata.is_empty());
    }
}
