//! Which spans are kept: those of the sampled traces, and every one that ends in an error.
//!
//! Whether something ends in an error is known at its end only. A call that is left out has its ids and nothing else, and is
//! told of afterwards when it has failed ([`keep`]): there are many, and recording one takes a tenth of its time. Whatever else
//! is not sampled is recorded, and dropped at its end unless it has failed. Callers are told the truth about the sampling, so
//! that a failed call does not bring those along that went well.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::trace::{Link, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SamplingResult, ShouldSample, Span, SpanData,
    SpanProcessor,
};

/// Where the spans of calls come from that are not recorded.
pub(crate) const UNRECORDED: &str = "chassis::unrecorded";

/// What this process keeps, when there is a collector.
static HEAD: OnceLock<Head> = OnceLock::new();

/// Decides when a call begins, and keeps what has failed nevertheless.
#[derive(Debug)]
pub(crate) struct Head {
    share: Sampler,
    kept: ErrorsKept,
}

/// What decides here; none when nobody is told of any call.
pub(crate) fn head() -> Option<&'static Head> {
    HEAD.get()
}

impl Head {
    /// The ids of a call that goes on from `parent` and is left out; none when it is recorded.
    pub(crate) fn leaves_out(&self, parent: &SpanContext) -> Option<SpanContext> {
        let ids = RandomIdGenerator::default();
        let (trace, is_kept) = if parent.is_valid() {
            (parent.trace_id(), parent.is_sampled())
        } else {
            let trace = ids.new_trace_id();
            let sampled = self.share.should_sample(None, trace, "", &SpanKind::Server, &[], &[]);
            (trace, sampled.decision == SamplingDecision::RecordAndSample)
        };
        let left_out = || {
            SpanContext::new(
                trace,
                ids.new_span_id(),
                TraceFlags::default(),
                false,
                parent.trace_state().clone(),
            )
        };
        (!is_kept).then(left_out)
    }
}

/// Samples the calls that get here, which were not left out, and of the rest what belongs to a sampled trace; records the others.
#[derive(Clone, Debug)]
pub(super) struct Decided;

impl ShouldSample for Decided {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        kind: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent
            .map(|parent| parent.span().span_context().clone())
            .unwrap_or(SpanContext::NONE);
        let decision = if *kind == SpanKind::Server || parent.is_sampled() {
            SamplingDecision::RecordAndSample
        } else {
            SamplingDecision::RecordOnly
        };
        SamplingResult {
            decision,
            attributes: Vec::new(),
            trace_state: parent.trace_state().clone(),
        }
    }
}

/// Keeps a call that has failed and was not recorded.
pub(crate) fn keep(call: SpanData) {
    if let Some(head) = head() {
        head.kept.on_end(call);
    }
}

/// Hands on what is sampled, and what has failed, as if it were.
#[derive(Clone, Debug)]
pub(super) struct ErrorsKept(Arc<dyn SpanProcessor>);

impl ErrorsKept {
    /// Hands on to `processor`, which tells of `resource`. From now on a `share` of the traces that begin here is sampled.
    pub(super) fn new<P: SpanProcessor + 'static>(mut processor: P, resource: &Resource, share: f64) -> Self {
        processor.set_resource(resource);
        let kept = Self(Arc::new(processor));
        let head = Head {
            share: Sampler::TraceIdRatioBased(share),
            kept: kept.clone(),
        };
        // The first one stays: telemetry is set up once in a process.
        let _first = HEAD.set(head);
        kept
    }
}

impl SpanProcessor for ErrorsKept {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            if !matches!(span.status, Status::Error { .. }) {
                return;
            }
            span.span_context = sampled(&span.span_context);
        }
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }
}

fn sampled(context: &SpanContext) -> SpanContext {
    SpanContext::new(
        context.trace_id(),
        context.span_id(),
        context.trace_flags().with_sampled(true),
        context.is_remote(),
        context.trace_state().clone(),
    )
}
