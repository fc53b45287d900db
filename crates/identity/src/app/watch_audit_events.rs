//! The audit log of an account as it grows: in order, without gaps or repetitions, and without end.

use std::time::Duration;

use chassis::Person;
use futures::{Stream, stream};
use tokio::sync::watch;
use tokio::time::Instant;
use types::Permission;

use super::App;
use super::list_audit_events::show;
use crate::domain::audit_log::{Filter, Order, Shown};
use crate::domain::error::Error;
use crate::store::audit_events;

/// The most events in one message, and in memory for one watcher.
const BATCH: u64 = 100;
/// How often it is made sure that the watcher may still watch.
const CHECK: Duration = Duration::from_secs(2);

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
    checked: Instant,
    end: Instant,
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
        let grown = self.audit_feed.subscribe(person.account)?;
        let head = audit_events::head(self.database.reader(), person.account).await?;
        let sequence = after.unwrap_or(head.sequence);
        if !(0..=head.sequence).contains(&sequence) {
            return Err(Error::CursorInvalid);
        }
        let now = Instant::now();
        let watcher = Watcher {
            app: self.clone(),
            person: *person,
            sequence,
            grown,
            begun: false,
            checked: now,
            end: now + self.audit_feed.config.watch_lifetime,
        };
        Ok(stream::unfold(Some(watcher), |watcher| async {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(batch) => batch.map(|batch| (Ok(batch), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

impl Watcher {
    /// What comes next; none when the watch is over.
    async fn next(&mut self) -> Result<Option<AuditBatch>, Error> {
        if !std::mem::replace(&mut self.begun, true) {
            // At once, so that whoever watches from now on knows from where.
            return Ok(Some(self.batch(vec![])));
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
            let (account, after) = (self.person.account, Some(self.sequence));
            let (reader, filter) = (self.app.database.reader(), Filter::default());
            let entries = audit_events::list(reader, account, &filter, Order::Ascending, after, BATCH).await?;
            if let Some(last) = entries.last() {
                self.sequence = last.head.sequence;
                let events = entries.into_iter().map(|entry| show(entry, &self.person)).collect();
                return Ok(Some(self.batch(events)));
            }
            tokio::select! {
                // Fails only when nobody tells any more; then time does.
                Ok(()) = self.grown.changed() => {}
                () = tokio::time::sleep_until(self.end.min(self.checked + CHECK)) => {}
            }
        }
    }

    const fn batch(&self, events: Vec<Shown>) -> AuditBatch {
        AuditBatch {
            events,
            sequence: self.sequence,
        }
    }

    /// Whether the watcher may still watch, and what they may see from now on.
    async fn check(&mut self) -> Result<(), Error> {
        self.person = self.app.still(&self.person, Permission::ManageAccountSettings).await?;
        Ok(())
    }
}
