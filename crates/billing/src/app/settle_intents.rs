//! Takes up the changes that a process has left half made.

use super::App;
use crate::error::Error;
use crate::store::intents;

/// The most that are taken up between two looks.
const MAX_BATCH: u64 = 100;

impl App {
    /// Makes or gives up every change whose maker has been quiet for too long; says how many they were.
    pub(crate) async fn settle_intents(&self) -> Result<usize, Error> {
        let reader = self.database.reader();
        let left = intents::due(reader, self.clock.now(), MAX_BATCH).await?;
        let mut settled = 0;
        for account in left {
            let Some(intent) = intents::find(reader, account).await? else {
                continue;
            };
            match self.settle(account, intent).await {
                Err(Error::LicensingUnavailable(reason)) => {
                    tracing::warn!(account.id = %account, reason, "a change that was left half made waits for licensing");
                }
                Err(Error::Storage(error)) if error.is_transient() => return Err(error.into()),
                Ok(_) => settled += 1,
                // Refused, or made by somebody else at the same time: it is settled.
                Err(error) => {
                    settled += 1;
                    let error: &dyn std::error::Error = &error;
                    tracing::info!(account.id = %account, error, "a change that was left half made was not made");
                }
            }
        }
        Ok(settled)
    }
}
