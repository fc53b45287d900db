//! Ends the subscription of an account that is closed.

use storage::outbox;
use types::{AccountId, TimeZone, failpoint};

use super::App;
use super::totals::message;
use crate::domain::{Account, State, Subscription};
use crate::error::Error;
use crate::store::{accounts, intents, subscriptions};

impl App {
    /// Ends the account's subscription for good, and has licensing told that its seats are gone. An account without one will
    /// have none.
    pub(crate) async fn end_subscription(&self, account: AccountId) -> Result<(), Error> {
        let forestalled = match subscriptions::find(self.database.reader(), account).await? {
            None => self.forestall(account).await?,
            Some(_) => false,
        };
        if !forestalled {
            self.close(account).await?;
        }
        failpoint("billing::end_subscription::committed");
        Ok(())
    }

    /// The end and the message about it, or neither.
    async fn close(&self, id: AccountId) -> Result<(), Error> {
        let now = self.clock.now();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, id).await?.ok_or(Error::SubscriptionNotFound)?;
                let subscription = subscriptions::find(tx, id).await?.ok_or(Error::SubscriptionNotFound)?;
                if subscription.state == State::Closed {
                    return Ok(());
                }
                let mut ended = subscription.end(State::Closed, account.now(now));
                // What licensing may have been asked comes before this, in whatever order it arrives.
                if let Some(intent) = intents::find(tx, id).await? {
                    intents::remove(tx, id, intent.version).await?;
                    ended.version = intent.version.saturating_add(1);
                }
                let calendar = account.calendar();
                if !subscriptions::replace(tx, subscription.version, &ended, &calendar).await? {
                    return Err(Error::ChangeInProgress);
                }
                outbox::append(tx, now, &[message(&ended, &calendar)]).await?;
                Ok::<_, Error>(())
            })
        });
        work.await?;
        self.relay.wake();
        tracing::info!(account.id = %id, "a subscription has ended with its account");
        Ok(())
    }

    /// Keeps a subscription from beginning; false when it has begun since it was looked for.
    async fn forestall(&self, id: AccountId) -> Result<bool, Error> {
        let never = Subscription::never(id, self.clock.now());
        let account = Account::new(id, self.catalogue.currency(), TimeZone::utc());
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                subscriptions::insert(tx, &never, &account.calendar()).await?;
                Ok::<_, Error>(accounts::insert(tx, &account).await?)
            })
        });
        match work.await {
            Ok(()) => Ok(true),
            Err(Error::SubscriptionExists) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
