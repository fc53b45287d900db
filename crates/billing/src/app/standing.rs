//! How an account stands: what it owns, and what it pays for.

use chassis::{Caller, Person};
use storage::StorageError;
use types::{AccountId, Timestamp};

use super::App;
use crate::domain::{Account, Passage, Scene, Subscription};
use crate::error::Error;
use crate::store::{accounts, subscriptions};

/// An account and its subscription.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) account: Account,
    pub(crate) subscription: Subscription,
}

impl App {
    /// How an account stands now.
    pub(super) async fn standing(&self, account: AccountId) -> Result<Standing, Error> {
        let subscription = subscriptions::find(self.database.reader(), account).await?;
        let subscription = subscription.ok_or(Error::SubscriptionNotFound)?;
        let account = accounts::find(self.database.reader(), account).await?;
        let account = account.ok_or(StorageError::Lost("the account of a subscription was not found"))?;
        Ok(Standing { account, subscription })
    }

    /// Does `work` with what changes are decided by.
    pub(super) fn in_scene<T>(&self, account: &Account, work: impl FnOnce(Scene<'_>) -> T) -> T {
        let calendar = account.calendar();
        work(Scene {
            catalogue: &self.catalogue,
            calendar: &calendar,
            now: self.present(account),
            balance: account.balance,
        })
    }

    /// Does `work` with what time does its steps by.
    pub(super) fn in_passage<T>(&self, account: &Account, work: impl FnOnce(Passage<'_>) -> T) -> T {
        let calendar = account.calendar();
        work(Passage {
            catalogue: &self.catalogue,
            calendar: &calendar,
            now: self.present(account),
            grace: self.cycle.grace,
        })
    }

    /// The account's present.
    pub(super) fn present(&self, account: &Account) -> Timestamp {
        account.now(self.clock.now())
    }
}

/// The person who calls.
pub(super) fn person(caller: &Caller) -> Result<&Person, Error> {
    caller.person().map_err(|_| Error::CallerRequired)
}
