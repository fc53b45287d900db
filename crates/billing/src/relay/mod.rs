//! What becomes of the outbox's messages, and what the timer does.

mod cycle;

pub(crate) use cycle::{advance_accounts, forget_requests, settle_intents};

use chassis::{AuditLog, AuditRecord, BillingContacts, Told};
use futures::future::join_all;
use storage::{Deliver, Delivery, Message};
use types::{BillingNotice, failpoint};

use crate::app::SET_SEAT_TOTALS;
use crate::clients::{Licensing, TellError};

/// Delivers each topic to the service it is for.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub(crate) licensing: Licensing,
    pub(crate) audit_log: AuditLog,
    pub(crate) billing_contacts: BillingContacts,
}

impl Deliver for Deliveries {
    async fn deliver(&self, topic: &str, batch: &[Message]) -> Vec<Delivery> {
        failpoint("billing::relay::claimed");
        let answers = match topic {
            AuditRecord::TOPIC => self.append_audit_events(batch).await,
            _ => join_all(batch.iter().map(|message| self.deliver_one(topic, message))).await,
        };
        failpoint("billing::relay::delivered");
        answers
    }
}

impl Deliveries {
    async fn deliver_one(&self, topic: &str, message: &Message) -> Delivery {
        match topic {
            SET_SEAT_TOTALS => self.set_seat_totals(message).await,
            BillingNotice::TOPIC => delivery(self.billing_contacts.tell_kept(&message.payload).await),
            _ => Delivery::Park("the topic is unknown".to_owned()),
        }
    }

    async fn set_seat_totals(&self, message: &Message) -> Delivery {
        let Ok(totals) = serde_json::from_value(message.payload.clone()) else {
            return Delivery::Park("the payload cannot be read".to_owned());
        };
        match self.licensing.set_seat_totals(&totals, false).await {
            Ok(()) => Delivery::Done,
            Err(error @ TellError::Refused(_)) => Delivery::Park(error.to_string()),
            Err(error @ (TellError::NotNow(_) | TellError::InUse(_))) => Delivery::Retry(error.to_string()),
        }
    }

    async fn append_audit_events(&self, batch: &[Message]) -> Vec<Delivery> {
        let told = self
            .audit_log
            .tell_kept(batch.iter().map(|message| &message.payload))
            .await;
        told.into_iter().map(delivery).collect()
    }
}

fn delivery(told: Told) -> Delivery {
    match told {
        Told::Done => Delivery::Done,
        Told::Never(text) => Delivery::Park(text),
        Told::NotNow(text) => Delivery::Retry(text),
    }
}
