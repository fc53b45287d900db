//! Makes sure that every account's plan is still in the price list.

use super::App;
use crate::error::ServeError;
use crate::store::subscriptions;

impl App {
    /// Whether the price list has every version that a subscription is for.
    pub(crate) async fn check_catalogue(&self) -> Result<(), ServeError> {
        let sold = subscriptions::sold(self.database.reader()).await?;
        match sold.into_iter().find(|key| self.catalogue.sold(key).is_none()) {
            None => Ok(()),
            Some(missing) => Err(ServeError::PlanMissing {
                plan: missing.id,
                version: missing.version,
            }),
        }
    }
}
