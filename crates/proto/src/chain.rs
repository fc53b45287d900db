//! Checks an audit log as anybody can who only reads the API, by the recipe that stands in `audit_event.proto`.

use crate::identity::v1::AuditEvent;
use crate::identity::v1::audit_event::Outcome;
use sha2::{Digest, Sha256};

/// How far a log has been checked; begins before its first event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The number of the last event; 0 before the first.
    pub sequence: i64,
    /// Its seal; empty before the first.
    pub hash: String,
}

/// The log is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokenChain {
    /// An event has another number than the next one.
    Number {
        /// The number that should come.
        expected: i64,
        /// The one that came.
        found: i64,
    },
    /// The seal of this event is not the one that follows from it and from the one before.
    Seal {
        /// The event's number.
        sequence: i64,
    },
}

impl Chain {
    /// Goes on by these events, which must be the next ones.
    ///
    /// # Errors
    /// Where the log is broken.
    pub fn follow<'e>(&mut self, events: impl IntoIterator<Item = &'e AuditEvent>) -> Result<(), BrokenChain> {
        for event in events {
            let expected = self.sequence.saturating_add(1);
            if event.sequence != expected {
                let found = event.sequence;
                return Err(BrokenChain::Number { expected, found });
            }
            if !event.redacted && event.hash != seal(&self.hash, event) {
                return Err(BrokenChain::Seal { sequence: expected });
            }
            self.sequence = expected;
            self.hash.clone_from(&event.hash);
        }
        Ok(())
    }
}

fn seal(before: &str, event: &AuditEvent) -> String {
    let outcome = match event.outcome() {
        Outcome::Unspecified => "",
        Outcome::Done => "DONE",
        Outcome::Denied => "DENIED",
    };
    let time = event.create_time.unwrap_or_default();
    let micros = i128::from(time.seconds) * 1_000_000 + i128::from(time.nanos) / 1_000;
    let (sequence, micros) = (event.sequence.to_string(), micros.to_string());
    let fields: [&str; 14] = [
        before,
        &sequence,
        &event.id,
        &event.account_id,
        &event.actor_id,
        &event.on_behalf_of,
        &event.action,
        &event.subject_id,
        &event.before,
        &event.after,
        outcome,
        &event.request_id,
        &event.source,
        &micros,
    ];
    let netstrings: String = fields.iter().map(|field| format!("{}:{field},", field.len())).collect();
    Sha256::digest(netstrings)
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}
