//! One delivery: a batch of one topic, each message finished according to its own answer.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};
use types::{Clock, Timestamp};

use super::RelayConfig;
use crate::claim::{self, Claimed, Parked, Postponed};
use crate::database::Database;
use crate::error::StorageError;
use crate::meters::Meters;
use crate::outbox::Message;

/// What became of one message. Reasons are stored and logged: no secrets, no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it, now or from an earlier attempt.
    Done,
    /// Not this time, for this reason; it is tried again after a back-off, for ever.
    Retry(String),
    /// Never, for this reason; it is set aside with an alarm, and kept.
    Park(String),
}

/// Where messages go: the receiver must bear repetition and any order.
pub trait Deliver: Send + Sync + 'static {
    /// Delivers a batch of one topic; one answer per message, in the same order. When the receiver refuses the batch as a
    /// whole, find out whose fault it is: answering `Retry` for all keeps the neighbours of a bad message waiting with it.
    fn deliver(&self, topic: &str, batch: &[Message]) -> impl Future<Output = Vec<Delivery>> + Send;
}

/// What a delivery needs.
pub(super) struct Run<D> {
    pub(super) db: Database,
    pub(super) clock: Clock,
    pub(super) config: RelayConfig,
    pub(super) deliver: Arc<D>,
    pub(super) meters: Arc<Meters>,
    pub(super) owner: String,
    /// When the messages are anybody's again.
    pub(super) until: Timestamp,
    pub(super) topic: String,
    /// Ends the delivery; its messages are given back.
    pub(super) cut: CancellationToken,
}

impl<D: Deliver> Run<D> {
    /// Delivers `rows` and finishes them; answers when the earliest retry is due.
    pub(super) async fn fly(self, rows: Vec<Claimed>) -> Option<Timestamp> {
        let (marks, messages): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .map(|row| ((row.id, row.attempts), row.message))
            .unzip();
        let answers = self.ask(&messages).instrument(self.span(&messages)).await;
        let now = self.clock.now();
        let mut finish = Finish::default();
        for ((id, attempts), answer) in marks.into_iter().zip(answers) {
            self.meters.delivered(&self.topic, &answer);
            match answer {
                Delivery::Done => finish.done.push(id),
                Delivery::Retry(reason) => {
                    let next_attempt_time = now + self.pause(attempts);
                    finish.postponed.push(Postponed {
                        id,
                        next_attempt_time,
                        reason,
                    });
                }
                Delivery::Park(reason) => finish.parked.push(Parked { id, reason }),
            }
        }
        let earliest = finish.postponed.iter().map(|row| row.next_attempt_time).min();
        if let Err(error) = self.finish(now, finish).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                topic = self.topic,
                "delivered messages cannot be finished; they are delivered again"
            );
        }
        earliest
    }

    /// A span that goes on where a request ended that wrote one of the messages, and points to where the others did; none when
    /// they belong to no trace.
    fn span(&self, messages: &[Message]) -> Span {
        let traces: HashSet<_> = messages.iter().filter_map(|message| message.trace.as_ref()).collect();
        // One that is kept, if there is any: the span is kept with it.
        let Some(&parent) = traces.iter().max_by_key(|trace| trace.is_sampled()) else {
            return Span::none();
        };
        let span = tracing::info_span!(
            "deliver",
            otel.name = "outbox deliver",
            otel.kind = "producer",
            outbox.topic = self.topic,
            outbox.messages = messages.len(),
        );
        parent.adopt(&span);
        for other in traces.into_iter().filter(|&trace| trace != parent) {
            other.link(&span);
        }
        span
    }

    /// How long a message waits for its next attempt: not at all, when another process is to make it.
    fn pause(&self, attempts: u64) -> Duration {
        if self.cut.is_cancelled() {
            Duration::ZERO
        } else {
            self.config.backoff(attempts)
        }
    }

    /// As many answers as messages, whatever the receiver does.
    async fn ask(&self, messages: &[Message]) -> Vec<Delivery> {
        match self.try_ask(messages).await {
            Ok(answers) => answers,
            Err(reason) if messages.len() == 1 => vec![Delivery::Retry(reason.to_owned())],
            Err(reason @ (TOO_LONG | STOPPED)) => vec![Delivery::Retry(reason.to_owned()); messages.len()],
            Err(_) => {
                // One message can break down its whole batch; alone it breaks down only itself.
                let mut answers = Vec::with_capacity(messages.len());
                for message in messages {
                    match self.try_ask(std::slice::from_ref(message)).await {
                        Ok(answer) => answers.extend(answer),
                        Err(reason) => answers.push(Delivery::Retry(reason.to_owned())),
                    }
                }
                answers
            }
        }
    }

    async fn try_ask(&self, messages: &[Message]) -> Result<Vec<Delivery>, &'static str> {
        let delivery = AssertUnwindSafe(self.deliver.deliver(&self.topic, messages)).catch_unwind();
        // Short of the lease, so that it still is this owner's when it is finished.
        let limit = self.until.since(self.clock.now()).mul_f64(0.9);
        let delivery = tokio::time::timeout(limit, delivery);
        let Some(answer) = self.cut.run_until_cancelled(delivery).await else {
            return Err(STOPPED);
        };
        match answer {
            Ok(Ok(answers)) if answers.len() == messages.len() => Ok(answers),
            Ok(Ok(_)) => {
                tracing::error!(
                    topic = self.topic,
                    "a delivery answered with the wrong number of answers"
                );
                Err("the answers do not fit the messages")
            }
            Ok(Err(_)) => Err("the delivery panicked"),
            Err(_) => Err(TOO_LONG),
        }
    }

    async fn finish(&self, now: Timestamp, finish: Finish) -> Result<(), StorageError> {
        for row in &finish.parked {
            tracing::error!(
                topic = self.topic,
                outbox.id = row.id,
                reason = row.reason,
                "a message is parked"
            );
        }
        let count = finish.done.len() + finish.postponed.len() + finish.parked.len();
        let mut finished = 0;
        if !finish.done.is_empty() {
            finished += claim::delete(&self.db, &self.owner, &finish.done).await?;
        }
        if !finish.postponed.is_empty() {
            finished += claim::postpone(&self.db, &self.owner, &finish.postponed).await?;
        }
        if !finish.parked.is_empty() {
            finished += claim::park(&self.db, &self.owner, now, &finish.parked).await?;
        }
        if usize::try_from(finished).is_ok_and(|finished| finished < count) {
            tracing::info!(
                topic = self.topic,
                count,
                finished,
                "a lease ran out; another attempt finishes the messages"
            );
        }
        Ok(())
    }
}

const TOO_LONG: &str = "the delivery took longer than its lease";
const STOPPED: &str = "the process stopped during the delivery";

#[derive(Default)]
struct Finish {
    done: Vec<i64>,
    postponed: Vec<Postponed>,
    parked: Vec<Parked>,
}
