//! Events that other services tell of, added to their accounts' logs.

use std::collections::BTreeSet;

use types::{AccountId, AuditEventId};

use super::App;
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::store::{accounts, audit_events};

/// The most events that are added at once.
const MAX_EVENTS: usize = 1_000;

impl App {
    /// Adds those events that no log has yet, all or none.
    ///
    /// # Errors
    /// [`Error::AuditEventsCount`], [`Error::AuditAccountUnknown`].
    pub async fn append_audit_events(&self, events: Vec<Event>) -> Result<(), Error> {
        if !(1..=MAX_EVENTS).contains(&events.len()) {
            return Err(Error::AuditEventsCount);
        }
        let append = self.database.transaction(move |tx| {
            Box::pin(async move {
                let accounts: BTreeSet<AccountId> = events.iter().map(|event| event.account_id).collect();
                let accounts: Vec<_> = accounts.into_iter().collect();
                if accounts::by_ids(tx, &accounts).await?.len() != accounts.len() {
                    return Err(Error::AuditAccountUnknown);
                }
                let ids: Vec<AuditEventId> = events.iter().map(|event| event.id).collect();
                let mut seen = audit_events::known(tx, &ids).await?;
                let new: Vec<Event> = events.into_iter().filter(|event| seen.insert(event.id)).collect();
                // Who adds the same meanwhile violates the key of ids: the caller tries again, and finds it.
                audit_events::append(tx, &new).await
            })
        });
        append.await
    }
}
