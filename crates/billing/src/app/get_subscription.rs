//! Tells what the caller's account pays for.

use chassis::Caller;

use super::App;
use crate::domain::Subscription;
use crate::error::Error;
use crate::store::subscriptions;

impl App {
    /// The subscription of the caller's account.
    pub(crate) async fn get_subscription(&self, caller: &Caller) -> Result<Subscription, Error> {
        let person = caller.person().map_err(|_| Error::CallerRequired)?;
        let found = subscriptions::find(self.database.reader(), person.account).await?;
        found.ok_or(Error::SubscriptionNotFound)
    }
}
