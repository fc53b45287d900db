//! The pools of an account as they change.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Caller, Person};
use futures::{Stream, stream};
use tokio::sync::watch;
use tokio::time::Instant;
use types::Permission;

use super::seat_feed::Pools;
use super::{App, Error};
use crate::clients::identity::Standing;
use crate::store::seat_pools;

/// How often it is made sure that the watcher may still watch.
const CHECK: Duration = Duration::from_secs(2);

/// One watcher.
struct Watcher {
    app: Arc<App>,
    person: Person,
    changing: watch::Receiver<Pools>,
    told: Option<Pools>,
    checked: Instant,
    end: Instant,
}

impl App {
    /// The pools of the caller's account: as they are now, then whenever they have changed. It ends after the time that a
    /// watch lasts, or with an error when the caller may not watch any longer.
    pub fn watch_seats(
        self: &Arc<Self>,
        caller: &Caller,
    ) -> Result<impl Stream<Item = Result<Pools, Error>> + Send + use<>, Error> {
        let person = *super::person(caller)?;
        let now = Instant::now();
        let watcher = Watcher {
            changing: self.seat_feed.subscribe(person.account)?,
            app: Arc::clone(self),
            person,
            told: None,
            checked: now,
            end: now + self.seat_feed.config.lifetime,
        };
        Ok(stream::unfold(Some(watcher), |watcher| async {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(pools) => pools.map(|pools| (Ok(pools), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

impl Watcher {
    /// What comes next; none when the watch is over.
    async fn next(&mut self) -> Result<Option<Pools>, Error> {
        if self.told.is_none() {
            let pools = seat_pools::list(self.app.database.reader(), self.person.account).await?;
            return Ok(Some(self.tell(pools)));
        }
        loop {
            let now = Instant::now();
            if now >= self.end {
                return Ok(None);
            }
            if now >= self.checked + CHECK {
                self.check().await?;
                self.checked = now;
            }
            tokio::select! {
                // Fails only when nobody tells any more; then time does.
                Ok(()) = self.changing.changed() => {
                    let pools = self.changing.borrow_and_update().clone();
                    // What was read at the beginning may be told once more, when it is found for the first time.
                    if self.told.as_ref() != Some(&pools) {
                        return Ok(Some(self.tell(pools)));
                    }
                }
                () = tokio::time::sleep_until(self.end.min(self.checked + CHECK)) => {}
            }
        }
    }

    fn tell(&mut self, pools: Pools) -> Pools {
        self.told = Some(pools.clone());
        pools
    }

    /// Whether the watcher may still watch.
    async fn check(&self) -> Result<(), Error> {
        match self.app.identity.standing(&self.person).await? {
            Standing::ManagesUsers => Ok(()),
            Standing::PermissionLost => Err(Error::PermissionRequired(Permission::ManageUsers)),
            Standing::SessionEnded => Err(Error::SessionEnded),
        }
    }
}
