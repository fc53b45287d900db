//! Tells the watchers in this process how far their accounts' logs have come: one query for all of them, whatever process
//! added the events.

use super::App;
use crate::domain::error::Error;
use crate::store::audit_events;

impl App {
    /// Looks once how far the watched logs have come, and wakes whoever watches one that has grown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn poll_audit_heads(&self) -> Result<(), Error> {
        let accounts = self.watchers.accounts();
        if !accounts.is_empty() {
            for (account, sequence) in audit_events::sequences(self.database.reader(), &accounts).await? {
                self.watchers.tell(account, sequence);
            }
        }
        Ok(())
    }
}
