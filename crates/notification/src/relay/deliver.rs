//! Delivers what was committed for the accounts' audit logs.

use chassis::{AuditLog, AuditRecord, Told};
use storage::{Deliver, Delivery, Message};

/// Delivers the outbox's messages to identity.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// The way to identity.
    pub(crate) audit_log: AuditLog,
}

impl Deliver for Deliveries {
    async fn deliver(&self, topic: &str, batch: &[Message]) -> Vec<Delivery> {
        if topic == AuditRecord::TOPIC {
            return self.append_audit_events(batch).await;
        }
        let unknown = |_| Delivery::Park("the topic is unknown".to_owned());
        batch.iter().map(unknown).collect()
    }
}

impl Deliveries {
    async fn append_audit_events(&self, batch: &[Message]) -> Vec<Delivery> {
        let told = self
            .audit_log
            .tell_kept(batch.iter().map(|message| &message.payload))
            .await;
        told.into_iter()
            .map(|told| match told {
                Told::Done => Delivery::Done,
                Told::Never(text) => Delivery::Park(text),
                Told::NotNow(text) => Delivery::Retry(text),
            })
            .collect()
    }
}
