//! Forgetting requests that nobody can ask about any more.

use std::time::Duration;

use super::App;
use crate::error::Error;
use crate::store::requests;

/// How long requests are remembered; what is older is refused.
pub(super) const MEMORY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How much longer than promised.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

impl App {
    /// Deletes what was decided longer ago than is promised; says how many requests that were.
    pub(crate) async fn forget_requests(&self) -> Result<u64, Error> {
        let before = self.clock.now() - MEMORY - GRACE;
        Ok(requests::forget(self.database.writer(), before).await?)
    }
}
