//! Ends subscriptions: of accounts that are closed, and trials whose time is over.

use storage::{StorageError, outbox};
use types::{AccountId, failpoint};

use super::App;
use super::totals::message;
use crate::domain::{State, Subscription};
use crate::error::Error;
use crate::store::subscriptions;

/// How often an end is tried anew when the subscription changes under it.
const ATTEMPTS: usize = 5;
/// The most trials that are ended between two looks.
const MAX_BATCH: u64 = 100;

impl App {
    /// Ends the account's subscription, and has licensing told that its seats are gone. An account without one will have
    /// none.
    pub(crate) async fn end_subscription(&self, account: AccountId) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let ended = match subscriptions::find(self.database.reader(), account).await? {
                Some(Subscription {
                    state: State::Ended, ..
                }) => true,
                Some(subscription) => self.end(subscription).await?,
                None => self.forestall(account).await?,
            };
            if ended {
                return Ok(());
            }
        }
        Err(StorageError::Lost("a subscription that changes all the time").into())
    }

    /// Ends the trials whose time is over; says how many they were.
    pub(crate) async fn end_trials(&self) -> Result<usize, Error> {
        let due = subscriptions::due(self.database.reader(), self.clock.now(), MAX_BATCH).await?;
        let count = due.len();
        for subscription in due {
            self.end(subscription).await?;
        }
        Ok(count)
    }

    /// The end and the message about it, or neither; false when the subscription has changed since it was read.
    async fn end(&self, subscription: Subscription) -> Result<bool, Error> {
        let ended = subscription.end(self.clock.now());
        let (account, id) = (ended.account, ended.id);
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                if !subscriptions::replace(tx, &subscription, &ended).await? {
                    return Ok(false);
                }
                outbox::append(tx, ended.end_time.unwrap_or(ended.create_time), &[message(&ended)]).await?;
                Ok::<_, Error>(true)
            })
        });
        let done = work.await?;
        failpoint("billing::end_subscription::committed");
        if done {
            self.relay.wake();
            tracing::info!(account.id = %account, subscription.id = %id, "a subscription has ended");
        }
        Ok(done)
    }

    /// Keeps a subscription from beginning; false when it has begun since it was looked for.
    async fn forestall(&self, account: AccountId) -> Result<bool, Error> {
        let never = Subscription::never(account, self.clock.now());
        match subscriptions::insert(self.database.writer(), &never).await {
            Ok(()) => Ok(true),
            Err(Error::SubscriptionExists) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
