//! The mails of an account as they change.

use std::collections::HashMap;
use std::time::Duration;

use chassis::{Caller, Person};
use futures::{Stream, stream};
use tokio::time::Instant;
use types::{MailId, Permission, Timestamp};

use super::App;
use super::watchers::Seat;
use crate::clients::Standing;
use crate::domain::Delivery;
use crate::error::Error;
use crate::store::deliveries;

/// The most mails in one part.
const BATCH: usize = 500;
/// How often it is made sure that the watcher may still watch.
const CHECK: Duration = Duration::from_secs(2);
/// A change is told if it is committed this long after the time it bears, or bears the time of a clock that is this late.
const OVERLAP: Duration = Duration::from_secs(5);

/// What has changed.
#[derive(Debug)]
pub(crate) struct Changes {
    /// The mails as they are now, in the order in which they changed.
    pub(crate) deliveries: Vec<Delivery>,
    /// From where a later watch misses nothing.
    pub(crate) since: Timestamp,
}

/// One watcher.
struct Watcher {
    app: App,
    person: Person,
    _seat: Seat,
    /// Everything before was told.
    since: Timestamp,
    /// What was told since then, as of when.
    told: HashMap<MailId, Timestamp>,
    begun: bool,
    checked: Instant,
    end: Instant,
}

impl App {
    /// The mails of the caller's account that were queued or have changed since `since`, or from now on: those there are,
    /// then those to come. It ends after the time that a watch lasts, or with an error when the caller may not watch any
    /// longer.
    ///
    /// # Errors
    /// [`Error::TooManyWatchers`].
    pub(crate) fn watch_deliveries(
        &self,
        caller: &Caller,
        since: Option<Timestamp>,
    ) -> Result<impl Stream<Item = Result<Changes, Error>> + Send + use<>, Error> {
        let person = *caller.person().map_err(|_| Error::CallerRequired)?;
        let now = Instant::now();
        let watcher = Watcher {
            _seat: self.watchers.admit(person.account)?,
            app: self.clone(),
            person,
            since: since.unwrap_or_else(|| self.clock.now()),
            told: HashMap::new(),
            begun: false,
            checked: now,
            end: now + self.watchers.config.lifetime,
        };
        Ok(stream::unfold(Some(watcher), |watcher| async {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(changes) => changes.map(|changes| (Ok(changes), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

impl Watcher {
    /// What comes next; none when the watch is over.
    async fn next(&mut self) -> Result<Option<Changes>, Error> {
        if !std::mem::replace(&mut self.begun, true) {
            // At once, so that whoever watches from now on knows from when.
            return Ok(Some(self.changes(vec![])));
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
            let changed = self.look().await?;
            if !changed.is_empty() {
                return Ok(Some(self.changes(changed)));
            }
            let poll = Instant::now() + self.app.watchers.config.poll;
            tokio::time::sleep_until(poll.min(self.end)).await;
        }
    }

    /// Up to [`BATCH`] mails, or a few more, that were not told as they are.
    async fn look(&mut self) -> Result<Vec<Delivery>, Error> {
        let (reader, account) = (self.app.database.reader(), self.person.account);
        let mut changed = Vec::new();
        let mut after = (self.since, None);
        loop {
            let found = deliveries::changed(reader, account, after, BATCH).await?;
            let is_end = found.len() < BATCH;
            for delivery in found {
                after = (delivery.update_time, Some(delivery.id));
                if self.told.insert(delivery.id, delivery.update_time) != Some(delivery.update_time) {
                    changed.push(delivery);
                }
            }
            if is_end || changed.len() >= BATCH {
                break;
            }
        }
        let (newest, _) = after;
        self.since = self.since.max(newest - OVERLAP);
        self.told.retain(|_, time| *time >= self.since);
        Ok(changed)
    }

    const fn changes(&self, deliveries: Vec<Delivery>) -> Changes {
        Changes {
            deliveries,
            since: self.since,
        }
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
