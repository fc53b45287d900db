//! A trace goes on through the outbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{Context, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};
use serde_json::json;
use storage::{Message, Relay, RelayConfig, TraceParent, outbox};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use types::{Clock, Timestamp};

use crate::support::{Fixture, Script, eventually, on_both};

on_both!(
    what_a_request_writes_is_delivered_in_its_trace,
    a_batch_goes_on_in_a_trace_that_is_kept_and_points_to_the_others,
);

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const KEPT: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const LEFT_OUT: &str = "00-22222222222222222222222222222222-2222222222222222-00";

/// The spans that have ended.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.lock().unwrap().push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Ended {
    /// Follows the spans of this process.
    fn start() -> Self {
        let ended = Self::default();
        let provider = SdkTracerProvider::builder().with_span_processor(ended.clone()).build();
        global::set_text_map_propagator(TraceContextPropagator::new());
        tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("test")))
            .init();
        ended
    }

    /// The one of this name, as soon as it has ended.
    async fn span(&self, name: &str) -> SpanData {
        let named = || {
            self.0
                .lock()
                .unwrap()
                .iter()
                .filter(|span| span.name == name)
                .cloned()
                .collect::<Vec<_>>()
        };
        eventually(1, async || named().len()).await;
        named().remove(0)
    }
}

/// Delivers everything there is.
async fn deliver(fixture: &Fixture) {
    let relay = Relay::new(
        "test",
        fixture.db.clone(),
        Clock::system(),
        RelayConfig::default(),
        Script::obliging(),
    );
    let stop = CancellationToken::new();
    let running = tokio::spawn(relay.run(stop.clone()));
    eventually(0, async || outbox::depth(fixture.db.reader()).await.unwrap().waiting).await;
    stop.cancel();
    running.await.unwrap();
}

async fn what_a_request_writes_is_delivered_in_its_trace(fixture: Fixture) {
    let ended = Ended::start();
    let write = async {
        let message = Message::new("mail", "one", &json!({})).unwrap();
        outbox::append(fixture.db.writer(), NOON, &[message]).await.unwrap();
    };
    write.instrument(tracing::info_span!("request")).await;
    deliver(&fixture).await;
    let (request, delivery) = (ended.span("request").await, ended.span("outbox deliver").await);
    assert_eq!(delivery.span_context.trace_id(), request.span_context.trace_id());
    assert_eq!(delivery.parent_span_id, request.span_context.span_id());
}

async fn a_batch_goes_on_in_a_trace_that_is_kept_and_points_to_the_others(fixture: Fixture) {
    let ended = Ended::start();
    let message = |trace: Option<&str>| {
        Message::new("mail", "key", &json!({}))
            .unwrap()
            .of(trace.and_then(TraceParent::from_text))
    };
    let batch = [Some(LEFT_OUT), Some(KEPT), None, Some(KEPT)].map(message);
    outbox::append(fixture.db.writer(), NOON, &batch).await.unwrap();
    deliver(&fixture).await;
    let delivery = ended.span("outbox deliver").await;
    assert_eq!(delivery.span_context.trace_id().to_string(), KEPT[3..35]);
    let links: Vec<_> = delivery
        .links
        .iter()
        .map(|link| link.span_context.trace_id().to_string())
        .collect();
    assert_eq!(links, [&LEFT_OUT[3..35]]);
}
