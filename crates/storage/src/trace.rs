//! The trace that something kept in a table belongs to, as a text (W3C Trace Context, `traceparent`).

use std::collections::HashMap;

use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry::{Context, global};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const KEY: &str = "traceparent";
/// What the text of a trace that is kept ends with.
const SAMPLED: &str = "-01";

/// A place in a trace: whoever goes on from there belongs to it. It tells nothing of people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent(String);

impl TraceParent {
    /// The present place, if what runs belongs to a trace.
    #[must_use]
    pub fn current() -> Option<Self> {
        let mut carrier = HashMap::new();
        global::get_text_map_propagator(|propagator| propagator.inject(&mut carrier));
        carrier.remove(KEY).map(Self)
    }

    /// The place that a text was written for. Whatever else it says is a place in no trace.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.is_empty()).then_some(Self(text))
    }

    /// The text, for a table or a message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the trace is one of those that are kept.
    pub(crate) fn is_sampled(&self) -> bool {
        self.0.ends_with(SAMPLED)
    }

    /// Makes `span`, which has not been entered yet, go on from here.
    pub fn adopt(&self, span: &Span) {
        // Refused only where no trace is kept anyway.
        let _untraced = span.set_parent(self.context());
    }

    /// Makes `span` point here, too.
    pub(crate) fn link(&self, span: &Span) {
        let place: SpanContext = self.context().span().span_context().clone();
        if place.is_valid() {
            span.add_link(place);
        }
    }

    fn context(&self) -> Context {
        let carrier = HashMap::from([(KEY.to_owned(), self.0.clone())]);
        global::get_text_map_propagator(|propagator| propagator.extract_with_context(&Context::new(), &carrier))
    }
}
