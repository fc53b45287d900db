//! The audit log of an account as it grows: in order, without gaps or repetitions, and without end.

use chassis::{Person, TooManyWatchers, Watch, watching};
use futures::Stream;
use tokio::sync::watch;
use types::Permission;

use super::App;
use super::list_audit_events::show;
use crate::domain::audit_log::{Filter, Order, Shown};
use crate::domain::error::Error;
use crate::store::audit_events;

/// The most events in one message, and in memory for one watcher.
const BATCH: u64 = 100;

/// A part of the log.
#[derive(Debug)]
pub struct AuditBatch {
    /// The events, in order.
    pub events: Vec<Shown>,
    /// The number of the last event that was told.
    pub sequence: i64,
}

/// One watcher.
struct Watcher {
    app: App,
    person: Person,
    /// The number of the last event that was told.
    sequence: i64,
    grown: watch::Receiver<i64>,
    begun: bool,
}

impl App {
    /// The events of the caller's account after the number `after`, or from now on: those there are, then those to come.
    /// It ends after the time that a watch lasts, or with an error when the caller may not watch any longer.
    ///
    /// # Errors
    /// [`Error::CursorInvalid`] when the log has not come as far, [`Error::TooManyWatchers`].
    pub async fn watch_audit_events(
        &self,
        person: &Person,
        after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<AuditBatch, Error>> + Send + use<>, Error> {
        let grown = self.watchers.join(person.account);
        let grown = grown.map_err(|TooManyWatchers| Error::TooManyWatchers)?;
        let head = audit_events::head(self.database.reader(), person.account).await?;
        let sequence = after.unwrap_or(head.sequence);
        if !(0..=head.sequence).contains(&sequence) {
            return Err(Error::CursorInvalid);
        }
        let watcher = Watcher {
            app: self.clone(),
            person: *person,
            sequence,
            grown,
            begun: false,
        };
        Ok(watching(watcher, self.watchers.config().lifetime))
    }
}

impl Watcher {
    const fn batch(&self, events: Vec<Shown>) -> AuditBatch {
        AuditBatch {
            events,
            sequence: self.sequence,
        }
    }
}

impl Watch for Watcher {
    type Part = AuditBatch;
    type Error = Error;

    async fn look(&mut self) -> Result<Option<AuditBatch>, Error> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(self.batch(vec![])));
        }
        let (account, after) = (self.person.account, Some(self.sequence));
        let (reader, filter) = (self.app.database.reader(), Filter::default());
        let entries = audit_events::list(reader, account, &filter, Order::Ascending, after, BATCH).await?;
        let Some(last) = entries.last() else {
            return Ok(None);
        };
        self.sequence = last.head.sequence;
        let events = entries.into_iter().map(|entry| show(entry, &self.person)).collect();
        Ok(Some(self.batch(events)))
    }

    async fn changed(&mut self) {
        if self.grown.changed().await.is_err() {
            // Nobody tells any more; then time does.
            std::future::pending().await
        }
    }

    /// Also finds what they may see from now on.
    async fn check(&mut self) -> Result<(), Error> {
        self.person = self.app.still(&self.person, Permission::ManageAccountSettings).await?;
        Ok(())
    }
}
