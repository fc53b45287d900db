//! Forgetting sign-ups and password resets whose links have long expired.

use std::time::Duration;

use super::App;
use crate::domain::error::Error;
use crate::store::{password_resets, sign_ups};

/// How long after its end a link is told from one that never was.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

impl App {
    /// Deletes them; says how many they were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_links(&self) -> Result<u64, Error> {
        let (writer, before) = (self.database.writer(), self.clock.now() - GRACE);
        Ok(sign_ups::forget(writer, before).await? + password_resets::forget(writer, before).await?)
    }
}
