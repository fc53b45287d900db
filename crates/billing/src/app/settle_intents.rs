//! Takes up the changes that a process has left half made.

use types::AccountId;

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
                    // It must not keep the others waiting.
                    let next_attempt = self.clock.now() + self.changes.patience;
                    intents::put_off(self.database.writer(), account, next_attempt).await?;
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

    /// Settles what an account was about to change; says whether it was about to change anything.
    ///
    /// # Errors
    /// When it cannot be settled now.
    pub(super) async fn settle_left(&self, account: AccountId) -> Result<bool, Error> {
        let Some(intent) = intents::find(self.database.reader(), account).await? else {
            return Ok(false);
        };
        match self.settle(account, intent).await {
            Err(error) if error.is_passing() => Err(error),
            // Made or given up: the way is free.
            Ok(_) | Err(_) => Ok(true),
        }
    }
}
