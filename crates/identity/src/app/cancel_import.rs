//! Stopping an import.

use chassis::{Caller, Person};
use types::ImportId;

use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::import::Import;
use crate::store::{audit_events, imports};

impl App {
    /// Has an import stop before its next rows; one that has ended stays as it is.
    ///
    /// # Errors
    /// [`Error::ImportNotFound`].
    pub async fn cancel_import(&self, caller: &Caller, person: &Person, id: ImportId) -> Result<Import, Error> {
        let (account, origin, now) = (person.account, origin(caller, ""), self.clock.now());
        let cancel = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut import = imports::lock(tx, account, id).await?.ok_or(Error::ImportNotFound)?;
                if import.state.is_over() || import.is_cancelled {
                    return Ok(import);
                }
                import.is_cancelled = true;
                import.revision += 1;
                imports::update(tx, &import).await?;
                let event = Event::new(account, &origin, "import.cancel", id, now);
                audit_events::append(tx, &[event]).await?;
                Ok::<_, Error>(import)
            })
        });
        let import = cancel.await?;
        self.imports.wake();
        Ok(import)
    }
}
