//! Ending a session.

use chassis::Person;

use super::App;
use crate::domain::error::Error;
use crate::store::sessions;

/// The channel on which ended sessions are told, so that nobody goes on believing in them.
pub const ENDED: &str = "sessions.ended";

impl App {
    /// Ends the caller's session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, person: &Person) -> Result<(), Error> {
        sessions::end(self.database.writer(), person.user, person.session, self.clock.now()).await?;
        self.shared.publish(ENDED, &person.session.to_string()).await;
        Ok(())
    }
}
