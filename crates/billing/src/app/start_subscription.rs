//! Subscribes a new account to a plan and has licensing told of its seats.

use chassis::{AuditRecord, Caller};
use serde_json::{Value, json};
use storage::{Message, StorageError, outbox};
use types::{AccountId, SubscriptionId, TimeZone, failpoint};

use super::App;
use super::totals::message;
use crate::domain::{Account, Subscription};
use crate::error::Error;
use crate::store::{accounts, subscriptions};

impl App {
    /// Begins the account's subscription, billed by the days of `time_zone`. An account that has one keeps it, whatever its
    /// plan: a repeated request is answered like the first.
    pub(crate) async fn start_subscription(
        &self,
        caller: &Caller,
        account: AccountId,
        plan: &str,
        time_zone: TimeZone,
    ) -> Result<SubscriptionId, Error> {
        failpoint("billing::start_subscription::received");
        let plan = self.catalogue.plan(plan).ok_or(Error::PlanNotFound)?;
        if let Some(subscription) = subscriptions::find(self.database.reader(), account).await? {
            return Ok(subscription.id);
        }
        let subscription = Subscription::start(account, plan, self.clock.now());
        let account = Account::new(account, plan.currency, time_zone);
        let id = subscription.id;
        let event = AuditRecord::new(account.id, caller, "subscription.start", &id, subscription.create_time).change(
            Value::Null,
            json!({ "plan": subscription.terms.plan.id, "seats": subscription.terms.seats }),
        );
        let account_id = account.id;
        match self.found(account, subscription, event).await {
            Ok(()) => {}
            // Somebody was faster since we looked.
            Err(Error::SubscriptionExists) => return self.existing(account_id).await,
            Err(error) => return Err(error),
        }
        failpoint("billing::start_subscription::committed");
        self.relay.wake();
        // The first period begins at once; when it cannot, the timer begins it.
        if let Err(error) = self.catch_up(account_id).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(account.id = %account_id, error, "the first period has to wait");
        }
        tracing::info!(
            account.id = %account_id,
            subscription.id = %id,
            subscription.plan = plan.key.id,
            caller.issuer = caller.issuer,
            "a subscription has begun"
        );
        Ok(id)
    }

    /// The rows and the messages about them, or nothing.
    async fn found(&self, account: Account, subscription: Subscription, event: AuditRecord) -> Result<(), Error> {
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let calendar = account.calendar();
                subscriptions::insert(tx, &subscription, &calendar).await?;
                accounts::insert(tx, &account).await?;
                let messages = [
                    message(&subscription, &calendar),
                    Message::new(AuditRecord::TOPIC, event.id, &event)?,
                ];
                outbox::append(tx, subscription.create_time, &messages).await?;
                Ok::<_, Error>(())
            })
        });
        work.await
    }

    async fn existing(&self, account: AccountId) -> Result<SubscriptionId, Error> {
        let found = subscriptions::find(self.database.reader(), account).await?;
        let lost = StorageError::Lost("a subscription that exists was not found");
        Ok(found.ok_or(lost)?.id)
    }
}
