//! Ending a session.

use chassis::Person;
use types::SessionId;

use super::App;
use crate::domain::error::Error;
use crate::store::sessions;

/// The channel on which ended sessions are told, so that nobody goes on believing in them.
const ENDED: &str = "sessions.ended";

impl App {
    /// Ends the caller's session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, person: &Person) -> Result<(), Error> {
        sessions::end(self.database.writer(), person.user, person.session, self.clock.now()).await?;
        self.tell_ended(&[person.session]).await;
        Ok(())
    }

    /// Tells whoever believes in these sessions that they have ended; when the transaction that ended them is over.
    pub(super) async fn tell_ended(&self, sessions: &[SessionId]) {
        for session in sessions {
            self.shared.publish(ENDED, &session.to_string()).await;
        }
    }
}
