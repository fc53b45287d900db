//! Forgetting requests that nobody can ask about any more.

use std::time::Duration;

use super::App;
use crate::domain::error::Error;
use crate::store::{creations, requests};

/// How much longer than promised a request is remembered: more than any message can be late.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

impl App {
    /// Deletes what was decided, aborted or made longer ago than is promised; says how many requests that were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_requests(&self) -> Result<u64, Error> {
        let before = self.clock.now() - self.memory - GRACE;
        let decided = requests::forget(self.database.writer(), before).await?;
        Ok(decided + creations::forget(self.database.writer(), before).await?)
    }
}
