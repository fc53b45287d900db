//! The mails of an account as they change.

use std::collections::HashMap;
use std::time::Duration;

use chassis::{Caller, Person, Watch, watching};
use futures::Stream;
use tokio::sync::watch;
use types::{MailId, Permission, Timestamp};

use super::App;
use crate::domain::Delivery;
use crate::error::Error;
use crate::store::deliveries;

/// The most mails in one part.
const BATCH: usize = 500;
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
    _place: watch::Receiver<()>,
    /// Everything before was told.
    since: Timestamp,
    /// What was told since then, as of when.
    told: HashMap<MailId, Timestamp>,
    begun: bool,
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
        let watcher = Watcher {
            _place: self.watchers.join(person.account)?,
            app: self.clone(),
            person,
            since: since.unwrap_or_else(|| self.clock.now()),
            told: HashMap::new(),
            begun: false,
        };
        Ok(watching(watcher, self.watchers.config().lifetime))
    }
}

impl Watcher {
    /// Up to [`BATCH`] mails, or a few more, that were not told as they are.
    async fn news(&mut self) -> Result<Vec<Delivery>, Error> {
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
}

impl Watch for Watcher {
    type Part = Changes;
    type Error = Error;

    async fn look(&mut self) -> Result<Option<Changes>, Error> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(self.changes(vec![])));
        }
        let news = self.news().await?;
        Ok((!news.is_empty()).then(|| self.changes(news)))
    }

    async fn changed(&mut self) {
        tokio::time::sleep(self.app.watchers.config().poll).await;
    }

    async fn check(&mut self) -> Result<(), Error> {
        let required = self.app.standings.require(&self.person, Permission::ManageUsers);
        Ok(required.await?)
    }
}
