//! Delivers what was committed for the accounts' audit logs and for their billing contacts.

use chassis::{AuditLog, AuditRecord, BillingContacts, Told};
use storage::{Deliver, Delivery, Message};
use types::BillingNotice;

/// Delivers the outbox's messages to identity.
#[derive(Debug)]
pub struct Deliveries {
    /// The way to the logs.
    pub audit_log: AuditLog,
    /// The way to the contacts.
    pub billing_contacts: BillingContacts,
}

impl Deliver for Deliveries {
    async fn deliver(&self, topic: &str, batch: &[Message]) -> Vec<Delivery> {
        match topic {
            AuditRecord::TOPIC => self.append_audit_events(batch).await,
            BillingNotice::TOPIC => self.notify_billing_contacts(batch).await,
            _ => {
                let unknown = |_| Delivery::Park("the topic is unknown".to_owned());
                batch.iter().map(unknown).collect()
            }
        }
    }
}

impl Deliveries {
    async fn append_audit_events(&self, batch: &[Message]) -> Vec<Delivery> {
        let told = self
            .audit_log
            .tell_kept(batch.iter().map(|message| &message.payload))
            .await;
        told.into_iter().map(delivery).collect()
    }

    async fn notify_billing_contacts(&self, batch: &[Message]) -> Vec<Delivery> {
        let mut deliveries = Vec::with_capacity(batch.len());
        for message in batch {
            deliveries.push(delivery(self.billing_contacts.tell_kept(&message.payload).await));
        }
        deliveries
    }
}

fn delivery(told: Told) -> Delivery {
    match told {
        Told::Done => Delivery::Done,
        Told::Never(text) => Delivery::Park(text),
        Told::NotNow(text) => Delivery::Retry(text),
    }
}
