//! Forgets what nobody asks about any more.

use storage::StorageError;

use super::App;
use crate::config::RetentionConfig;
use crate::store::{cancellations, kept_mails, mails, wordings};

impl App {
    /// Deletes mails that have ended, cancellations, and words of accounts, when they have been kept long enough.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn purge(&self, retention: &RetentionConfig) -> Result<(), StorageError> {
        let (writer, most) = (self.database.writer(), retention.batch);
        let before = self.clock.now() - retention.keep;
        // What was in a mail goes before what became of it.
        while kept_mails::purge(writer, before, most).await? >= u64::from(most) {}
        while mails::purge(writer, before, most).await? >= u64::from(most) {}
        while cancellations::purge(writer, before, most).await? >= u64::from(most) {}
        while wordings::purge(writer, before, most).await? >= u64::from(most) {}
        Ok(())
    }
}
