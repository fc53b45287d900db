//! The audit log of an account: what was done or refused, in one order, each event sealed with the one before.

use std::borrow::Cow;
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use types::{AccountId, AuditEventId, Timestamp};

use super::token::hex;

/// What came of something that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Denied,
}

/// A text that names no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an outcome is DONE or DENIED")]
pub struct InvalidOutcome;

impl FromStr for Outcome {
    type Err = InvalidOutcome;

    fn from_str(text: &str) -> Result<Self, InvalidOutcome> {
        [Self::Done, Self::Denied]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or(InvalidOutcome)
    }
}

impl Outcome {
    /// The outcome's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Denied => "DENIED",
        }
    }
}

/// Who does something, from where and by which request.
#[derive(Clone, Debug)]
pub struct Origin {
    /// A user's id, or a service's name.
    pub actor_id: String,
    /// The network address the actor called from; empty when there is none.
    pub source: String,
    /// The request it is done by; empty when it has no id.
    pub request_id: String,
}

impl Origin {
    /// A service that acts for itself, such as a timer.
    pub fn service(name: &str) -> Self {
        Self {
            actor_id: name.to_owned(),
            source: String::new(),
            request_id: String::new(),
        }
    }
}

/// One event.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Its id.
    pub id: AuditEventId,
    /// Whose log.
    pub account_id: AccountId,
    /// Who did it: a user's id, or a service's name.
    pub actor_id: String,
    /// For whom the actor did it, when not for themselves: a user's or an account's id.
    pub on_behalf_of: String,
    /// What was done: `user.invite`, `user.suspend`, …
    pub action: Cow<'static, str>,
    /// On whom or what: an id.
    pub subject_id: String,
    /// What was changed, as it was before: JSON without secrets; empty when there was nothing.
    pub before: String,
    /// What was changed, as it is now: JSON without secrets; empty when there is nothing.
    pub after: String,
    /// What came of it.
    pub outcome: Outcome,
    /// By which request; empty when it had no id.
    pub request_id: String,
    /// From which network address; empty when from none.
    pub source: String,
    /// When.
    pub create_time: Timestamp,
}

impl Event {
    /// Something that was done.
    pub fn new(
        account_id: AccountId,
        origin: &Origin,
        action: &'static str,
        subject_id: impl ToString,
        now: Timestamp,
    ) -> Self {
        Self {
            id: AuditEventId::unguessable(now, rand::random()),
            account_id,
            actor_id: origin.actor_id.clone(),
            on_behalf_of: String::new(),
            action: Cow::Borrowed(action),
            subject_id: subject_id.to_string(),
            before: String::new(),
            after: String::new(),
            outcome: Outcome::Done,
            request_id: origin.request_id.clone(),
            source: origin.source.clone(),
            create_time: now,
        }
    }

    /// The same with what was changed, as it was before.
    #[must_use]
    pub fn before(mut self, before: &Value) -> Self {
        self.before = before.to_string();
        self
    }

    /// The same with what was changed, as it is now.
    #[must_use]
    pub fn after(mut self, after: &Value) -> Self {
        self.after = after.to_string();
        self
    }

    /// The same, but refused, for this reason.
    #[must_use]
    pub fn denied(mut self, reason: &str) -> Self {
        self.outcome = Outcome::Denied;
        self.after(&serde_json::json!({ "reason": reason }))
    }

    /// The same, done for somebody else.
    #[must_use]
    pub fn on_behalf_of(mut self, id: impl ToString) -> Self {
        self.on_behalf_of = id.to_string();
        self
    }
}

/// An event in its place in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number and its seal.
    pub head: Head,
    /// What was done.
    pub event: Event,
}

/// The end of an account's log: how many events it has, and the seal of the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The last event's number; 0 before the first.
    pub sequence: i64,
    /// The last event's seal, in hexadecimal; empty before the first.
    pub hash: String,
}

impl Head {
    /// The end of the log with one more event: its seal is the SHA-256 of netstrings (decimal length, `:`, octets, `,`) of
    /// the seal before, the event's number, and its fields in the order in which the API lists them, times in
    /// microseconds since the Unix epoch.
    #[must_use]
    pub fn next(&self, event: &Event) -> Self {
        let sequence = self.sequence.saturating_add(1);
        let mut digest = Sha256::new();
        let mut seal = |field: &str| {
            digest.update(field.len().to_string());
            digest.update(":");
            digest.update(field);
            digest.update(",");
        };
        seal(&self.hash);
        seal(&sequence.to_string());
        seal(&event.id.to_string());
        seal(&event.account_id.to_string());
        seal(&event.actor_id);
        seal(&event.on_behalf_of);
        seal(&event.action);
        seal(&event.subject_id);
        seal(&event.before);
        seal(&event.after);
        seal(event.outcome.as_str());
        seal(&event.request_id);
        seal(&event.source);
        seal(&event.create_time.micros().to_string());
        Self {
            sequence,
            hash: hex(&digest.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let (account, now) = (AccountId::new(), Timestamp::from_micros(7));
        Event::new(account, &Origin::service("identity"), "user.suspend", "usr_1", now)
    }

    #[test]
    fn each_seal_depends_on_every_field_and_on_the_one_before() {
        let first = event();
        let head = Head::default().next(&first);
        assert_eq!((head.sequence, head.hash.len()), (1, 64));
        assert_eq!(Head::default().next(&first), head);
        assert_ne!(head.next(&first).hash, head.hash);
        let others = [
            Event {
                actor_id: "x".into(),
                ..first.clone()
            },
            Event {
                on_behalf_of: "x".into(),
                ..first.clone()
            },
            Event {
                action: "x".into(),
                ..first.clone()
            },
            Event {
                subject_id: "x".into(),
                ..first.clone()
            },
            Event {
                before: "x".into(),
                ..first.clone()
            },
            Event {
                after: "x".into(),
                ..first.clone()
            },
            Event {
                outcome: Outcome::Denied,
                ..first.clone()
            },
            Event {
                request_id: "x".into(),
                ..first.clone()
            },
            Event {
                source: "x".into(),
                ..first.clone()
            },
            Event {
                create_time: Timestamp::from_micros(8),
                ..first.clone()
            },
        ];
        for other in others {
            assert_ne!(Head::default().next(&other).hash, head.hash, "{other:?}");
        }
    }

    #[test]
    fn fields_cannot_borrow_from_each_other() {
        let first = event();
        let (one, other) = (
            Event {
                before: "ab".into(),
                after: "c".into(),
                ..first.clone()
            },
            Event {
                before: "a".into(),
                after: "bc".into(),
                ..first
            },
        );
        assert_ne!(Head::default().next(&one), Head::default().next(&other));
    }
}
