//! Forgetting what welcome e-mails said before they were changed or deleted.

use std::time::Duration;

use super::App;
use crate::domain::error::Error;
use crate::store::welcome_email_versions;

/// How long what was ordered may wait for notification.
const GRACE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl App {
    /// Deletes the versions that ended a month ago; says how many they were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_welcome_emails(&self) -> Result<u64, Error> {
        let before = self.clock.now() - GRACE;
        Ok(welcome_email_versions::forget(self.database.writer(), before).await?)
    }
}
