//! Removing users who cannot be restored any more.

use super::App;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::store::{audit_events, users};

/// How many users one transaction removes: it holds the ends of their accounts' logs meanwhile.
const BATCH: u32 = 500;

impl App {
    /// Removes those who were deleted longer ago than is promised, a batch at a time; says how many they were. The audit log
    /// keeps what it says of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_users(&self) -> Result<usize, Error> {
        let (now, mut count) = (self.clock.now(), 0);
        let deleted = now - self.retention;
        loop {
            let purge = self.database.transaction(move |tx| {
                Box::pin(async move {
                    let purged = users::purge(tx, deleted, BATCH).await?;
                    let origin = Origin::service("identity");
                    let event = |&(account, user): &_| Event::new(account, &origin, "user.purge", user, now);
                    let events: Vec<Event> = purged.iter().map(event).collect();
                    audit_events::append(tx, &events).await?;
                    Ok::<_, Error>(purged.len())
                })
            });
            match purge.await? {
                0 => return Ok(count),
                purged => count += purged,
            }
        }
    }
}
