//! Delivers what was committed to the services that must know it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use storage::{Deliver, Delivery, Message};
use types::failpoint;

use crate::app::{Links, WelcomeTexts};
use crate::clients::{Billing, BillingLetter, Letter, Licensing, NoticeLetter, Notification, Refused, Words};
use crate::domain::admission::{Confirmation, ReservationKey};
use crate::domain::billing_mail::BillingMail;
use crate::domain::catalogue::Catalogue;
use crate::domain::message::{
    ABORT_RESERVATION, BILLING_MAIL, CANCEL_MAIL, CONFIRM_RESERVATION, END_SUBSCRIPTION, EndSubscription,
    INVITATION_MAIL, InvitationMail, MOVE_SEATS, NOTICE, Notice, RELEASE_SEATS, START_SUBSCRIPTION, StartSubscription,
};
use crate::domain::welcome_email::WelcomeEmailVersion;

/// Carries the outbox's messages.
pub struct Courier {
    /// For settling reservations.
    pub licensing: Licensing,
    /// For subscriptions.
    pub billing: Billing,
    /// For e-mails.
    pub notification: Notification,
    /// For the links in them.
    pub links: Links,
    /// For what accounts' own welcome e-mails say.
    pub welcome_texts: WelcomeTexts,
}

impl Deliver for Courier {
    async fn deliver(&self, topic: &str, batch: &[Message]) -> Vec<Delivery> {
        failpoint("identity::relay::claimed");
        let deliveries = match self.attempt(topic, batch).await {
            Ok(()) => batch.iter().map(|_| Delivery::Done).collect(),
            // The peer does not say which of them is wrong: each is tried alone, so that it harms itself only.
            Err(Refused::Malformed(_)) if batch.len() > 1 => self.one_by_one(topic, batch).await,
            Err(Refused::Malformed(text)) => batch.iter().map(|_| Delivery::Park(text.clone())).collect(),
            Err(Refused::Later(text)) => batch.iter().map(|_| Delivery::Retry(text.clone())).collect(),
            Err(Refused::Partly(left, text)) => (0..batch.len())
                .map(|index| match left.contains(&index) {
                    true => Delivery::Retry(text.clone()),
                    false => Delivery::Done,
                })
                .collect(),
        };
        failpoint("identity::relay::delivered");
        deliveries
    }
}

impl Courier {
    async fn one_by_one(&self, topic: &str, batch: &[Message]) -> Vec<Delivery> {
        let mut deliveries = Vec::with_capacity(batch.len());
        for message in batch {
            deliveries.push(match self.attempt(topic, std::slice::from_ref(message)).await {
                Ok(()) => Delivery::Done,
                Err(Refused::Malformed(text)) => Delivery::Park(text),
                Err(Refused::Later(text) | Refused::Partly(_, text)) => Delivery::Retry(text),
            });
        }
        deliveries
    }

    async fn attempt(&self, topic: &str, batch: &[Message]) -> Result<(), Refused> {
        match topic {
            CONFIRM_RESERVATION => self.licensing.confirm(&read::<Confirmation>(batch)?).await,
            ABORT_RESERVATION => self.licensing.abort(&read::<ReservationKey>(batch)?).await,
            RELEASE_SEATS => self.licensing.release(read(batch)?).await,
            MOVE_SEATS => self.licensing.move_seats(read(batch)?).await,
            INVITATION_MAIL => self.mail(traced(batch)?).await,
            CANCEL_MAIL => self.notification.cancel(read(batch)?).await,
            NOTICE => self.notice(traced(batch)?).await,
            BILLING_MAIL => self.billing_mail(traced(batch)?).await,
            START_SUBSCRIPTION => {
                for order in read::<StartSubscription>(batch)? {
                    self.billing.start_subscription(&order).await?;
                }
                Ok(())
            }
            END_SUBSCRIPTION => {
                for order in read::<EndSubscription>(batch)? {
                    self.billing.end_subscription(&order).await?;
                }
                Ok(())
            }
            _ => Err(Refused::Malformed(format!("no such topic: {topic}"))),
        }
    }

    async fn mail(&self, mails: Vec<(InvitationMail, String)>) -> Result<(), Refused> {
        let catalogue = self.catalogue().await?;
        let mut letters: BTreeMap<Option<WelcomeEmailVersion>, Vec<Letter>> = BTreeMap::new();
        for (mail, trace_parent) in mails {
            let token = self.links.token(mail.invitation_id, mail.generation, mail.expire_time);
            self.links.remember(&token, mail.invitation_id).await;
            letters.entry(mail.welcome_email).or_default().push(Letter {
                accept_link: self.links.accept(&token),
                mail,
                trace_parent,
            });
        }
        // A request for each of the accounts' own e-mails: together they could be longer than a message may be.
        for (version, letters) in letters {
            let words = match version {
                None => None,
                Some(version) => Some(self.words(version).await?),
            };
            self.notification.enqueue(&letters, words, &catalogue).await?;
        }
        Ok(())
    }

    async fn words(&self, key: WelcomeEmailVersion) -> Result<Words, Refused> {
        let found = self.welcome_texts.find(key).await;
        let found = found.map_err(|error| Refused::Later(error.to_string()))?;
        let (account_id, translations) =
            found.ok_or_else(|| Refused::Malformed(format!("{} {} was forgotten", key.id, key.version)))?;
        Ok(Words {
            key,
            account_id,
            translations,
        })
    }

    async fn billing_mail(&self, mails: Vec<(BillingMail, String)>) -> Result<(), Refused> {
        let letter = |(mail, trace_parent)| BillingLetter { mail, trace_parent };
        let letters: Vec<_> = mails.into_iter().map(letter).collect();
        // Only products have names to be looked up.
        let names_products = letters.iter().any(|letter| !letter.mail.notice.seats.is_empty());
        let catalogue = match names_products {
            true => self.catalogue().await?,
            false => Arc::default(),
        };
        self.notification.enqueue_billing_mails(&letters, &catalogue).await
    }

    async fn catalogue(&self) -> Result<Arc<Catalogue>, Refused> {
        let catalogue = self.licensing.catalogue().await;
        catalogue.map_err(|error| Refused::Later(error.to_string()))
    }

    async fn notice(&self, notices: Vec<(Notice, String)>) -> Result<(), Refused> {
        let with_link = |(notice, trace_parent): (Notice, String)| {
            let link = notice
                .link
                .zip(notice.expire_time)
                .map(|(subject, expire_time)| self.links.one_time(subject, expire_time));
            NoticeLetter {
                notice,
                link: link.unwrap_or_default(),
                trace_parent,
            }
        };
        let notices = notices.into_iter().map(with_link).collect();
        self.notification.enqueue_notices(notices).await
    }
}

fn read<T: DeserializeOwned>(batch: &[Message]) -> Result<Vec<T>, Refused> {
    let read = |message: &Message| {
        T::deserialize(&message.payload).map_err(|error| Refused::Malformed(format!("unreadable payload: {error}")))
    };
    batch.iter().map(read).collect()
}

/// What is to be told, each with the trace of the request that it comes from.
fn traced<T: DeserializeOwned>(batch: &[Message]) -> Result<Vec<(T, String)>, Refused> {
    let trace = |message: &Message| message.trace.as_ref().map(|trace| trace.as_str().to_owned());
    let traces = batch.iter().map(|message| trace(message).unwrap_or_default());
    Ok(read(batch)?.into_iter().zip(traces).collect())
}
