//! The pools of an account as they change.

use std::sync::Arc;

use chassis::{Caller, Person, Watch, watching};
use futures::Stream;
use tokio::sync::watch;
use types::Permission;

use super::poll_seat_pools::Pools;
use super::{App, Error};
use crate::store::seat_pools;

/// One watcher.
struct Watcher {
    app: Arc<App>,
    person: Person,
    changing: watch::Receiver<Pools>,
    told: Option<Pools>,
}

impl App {
    /// The pools of the caller's account: as they are now, then whenever they have changed. It ends after the time that a
    /// watch lasts, or with an error when the caller may not watch any longer.
    pub fn watch_seats(
        self: &Arc<Self>,
        caller: &Caller,
    ) -> Result<impl Stream<Item = Result<Pools, Error>> + Send + use<>, Error> {
        let person = *super::person(caller)?;
        let watcher = Watcher {
            changing: self.watchers.join(person.account)?,
            app: Arc::clone(self),
            person,
            told: None,
        };
        Ok(watching(watcher, self.watchers.config().lifetime))
    }
}

impl Watch for Watcher {
    type Part = Pools;
    type Error = Error;

    async fn look(&mut self) -> Result<Option<Pools>, Error> {
        let pools = if self.told.is_none() {
            seat_pools::list(self.app.database.reader(), self.person.account).await?
        } else if self.changing.has_changed().unwrap_or_default() {
            self.changing.borrow_and_update().clone()
        } else {
            return Ok(None);
        };
        // What was read at the beginning may be told once more, when it is found for the first time.
        if self.told.as_ref() == Some(&pools) {
            return Ok(None);
        }
        self.told = Some(pools.clone());
        Ok(Some(pools))
    }

    async fn changed(&mut self) {
        match self.changing.changed().await {
            Ok(()) => self.changing.mark_changed(),
            // Nobody tells any more; then time does.
            Err(_) => std::future::pending().await,
        }
    }

    async fn check(&mut self) -> Result<(), Error> {
        let required = self.app.standings.require(&self.person, Permission::ManageUsers);
        Ok(required.await?)
    }
}
