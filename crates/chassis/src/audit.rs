//! Telling identity of events that belong into accounts' audit logs.

use std::fmt;

use proto::identity::internal::v1::audit_service_client::AuditServiceClient;
use proto::identity::internal::v1::{AppendAuditEventsRequest, NewAuditEvent};
use proto::identity::v1::audit_event::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tonic::{Code, Status};
use types::{AccountId, AuditEventId, Timestamp};

use crate::caller::{Actor, Caller};
use crate::channel::Channel;
use crate::signer::Signer;
use crate::timestamp::timestamp;

/// The service that keeps the logs.
const AUDIENCE: &str = "identity";

/// The most records that are told at once.
pub const MAX_AUDIT_RECORDS: usize = 1_000;

/// One event for an account's audit log. It holds no secrets: it waits in outboxes in clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its id: what makes a repetition recognisable.
    pub id: AuditEventId,
    /// Whose log it belongs to.
    pub account_id: AccountId,
    /// Who did it: a user's id, or a service's name.
    pub actor_id: String,
    /// What was done, as noun and verb; or the method that was refused.
    pub action: String,
    /// On whom or what; may be empty.
    pub subject_id: String,
    /// What was changed, as it was before; an object, or null when there was nothing.
    pub before: Value,
    /// The same as it is now.
    pub after: Value,
    /// Whether it was refused, and so not done.
    pub denied: bool,
    /// From which network address; empty when from none.
    pub source: String,
    /// When.
    pub create_time: Timestamp,
}

impl AuditRecord {
    /// The topic of outbox messages whose payload is a record and whose key its id.
    pub const TOPIC: &'static str = "identity.append_audit_events";

    /// Something that was done by whoever is calling: a person, or the service that calls for itself.
    #[must_use]
    pub fn new(
        account_id: AccountId,
        caller: &Caller,
        action: &str,
        subject_id: &impl fmt::Display,
        now: Timestamp,
    ) -> Self {
        let actor_id = match &caller.actor {
            Actor::Person(person) => person.user.to_string(),
            Actor::Nobody | Actor::Service => caller.issuer.clone(),
        };
        Self {
            actor_id,
            source: caller.source.map(|source| source.to_string()).unwrap_or_default(),
            ..Self::by_service(account_id, "", action, subject_id, now)
        }
    }

    /// Something that a service did by itself, such as a timer.
    #[must_use]
    pub fn by_service(
        account_id: AccountId,
        service: &str,
        action: &str,
        subject_id: &impl fmt::Display,
        now: Timestamp,
    ) -> Self {
        Self {
            id: AuditEventId::unguessable(now, rand::random()),
            account_id,
            actor_id: service.to_owned(),
            action: action.to_owned(),
            subject_id: subject_id.to_string(),
            before: Value::Null,
            after: Value::Null,
            denied: false,
            source: String::new(),
            create_time: now,
        }
    }

    /// The same with what was changed, as it was before and as it is now.
    #[must_use]
    pub fn change(mut self, before: Value, after: Value) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    fn write(self) -> NewAuditEvent {
        let text = |value: &Value| {
            if value.is_null() {
                String::new()
            } else {
                value.to_string()
            }
        };
        let outcome = if self.denied { Outcome::Denied } else { Outcome::Done };
        NewAuditEvent {
            id: self.id.to_string(),
            account_id: self.account_id.to_string(),
            actor_id: self.actor_id,
            on_behalf_of: String::new(),
            action: self.action,
            subject_id: self.subject_id,
            before: text(&self.before),
            after: text(&self.after),
            outcome: outcome.into(),
            request_id: String::new(),
            source: self.source,
            create_time: Some(timestamp(self.create_time)),
        }
    }
}

/// What became of one record. The texts name code and reason only: they are stored and logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is in its log.
    Done,
    /// It can never be.
    Never(String),
    /// Not this time.
    NotNow(String),
}

impl From<Status> for Told {
    fn from(status: Status) -> Self {
        let text = format!("{:?} {}", status.code(), crate::reason(&status).unwrap_or_default());
        if status.code() == Code::InvalidArgument {
            Self::Never(text)
        } else {
            Self::NotNow(text)
        }
    }
}

/// The way to the audit logs; cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditLog {
    client: AuditServiceClient<Channel>,
    signer: Signer,
}

impl AuditLog {
    /// Tells identity, through `channel`.
    #[must_use]
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            client: AuditServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Adds records to their accounts' logs, each by itself if need be; says what became of each, in order.
    pub async fn tell(&self, records: Vec<AuditRecord>) -> Vec<Told> {
        let refused = match self.append(records.clone()).await {
            Ok(()) => return records.iter().map(|_| Told::Done).collect(),
            Err(status) => status,
        };
        // Identity does not say which of them is wrong: each is told alone, so that it harms itself only.
        if refused.code() == Code::InvalidArgument && records.len() > 1 {
            let mut told = Vec::with_capacity(records.len());
            for record in records {
                told.push(self.append(vec![record]).await.map_or_else(Told::from, |()| Told::Done));
            }
            return told;
        }
        records.iter().map(|_| Told::from(refused.clone())).collect()
    }

    /// The same for records as an outbox keeps them; one that cannot be read harms itself only.
    pub async fn tell_kept<'a>(&self, payloads: impl IntoIterator<Item = &'a Value>) -> Vec<Told> {
        let read: Vec<Option<AuditRecord>> = payloads
            .into_iter()
            .map(|payload| AuditRecord::deserialize(payload).ok())
            .collect();
        let records: Vec<AuditRecord> = read.iter().flatten().cloned().collect();
        let told = if records.is_empty() {
            vec![]
        } else {
            self.tell(records).await
        };
        let mut told = told.into_iter();
        let unreadable = || Told::Never("the payload cannot be read".to_owned());
        read.into_iter()
            .map(|record| record.and_then(|_| told.next()).unwrap_or_else(unreadable))
            .collect()
    }

    /// Adds records to their accounts' logs, all or none; again is harmless. At most [`MAX_AUDIT_RECORDS`].
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when a record can never be added; anything else may pass.
    pub async fn append(&self, records: Vec<AuditRecord>) -> Result<(), Status> {
        let events = records.into_iter().map(AuditRecord::write).collect();
        let request = self
            .signer
            .request(AppendAuditEventsRequest { events }, &Actor::Service, AUDIENCE)?;
        self.client.clone().append_audit_events(request).await.map(drop)
    }
}
