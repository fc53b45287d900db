//! Ending a session.

use chassis::{Caller, Person};
use types::SessionId;

use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::store::{audit_events, sessions};

/// The channel on which ended sessions are told, so that nobody goes on believing in them.
const ENDED: &str = "sessions.ended";

impl App {
    /// Ends the caller's session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, caller: &Caller, person: &Person) -> Result<(), Error> {
        let Person { user, session, .. } = *person;
        let now = self.clock.now();
        let event = Event::new(person.account, &origin(caller, ""), "session.end", session, now);
        let end = self.database.transaction(move |tx| {
            Box::pin(async move {
                if sessions::end(tx, user, session, now).await? {
                    audit_events::append(tx, &[event]).await?;
                }
                Ok::<_, Error>(())
            })
        });
        end.await?;
        self.tell_ended(&[session]).await;
        Ok(())
    }

    /// Tells whoever believes in these sessions that they have ended; when the transaction that ended them is over.
    pub(super) async fn tell_ended(&self, sessions: &[SessionId]) {
        for session in sessions {
            self.shared.publish(ENDED, &session.to_string()).await;
        }
    }
}
