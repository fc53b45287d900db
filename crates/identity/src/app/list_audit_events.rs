//! The audit log of an account, page by page, and its end.

use chassis::Person;
use storage::page;
use types::{PageSize, Permission};

use super::App;
use crate::domain::audit::{Entry, Head};
use crate::domain::audit_log::{Filter, Order, Shown};
use crate::domain::error::Error;
use crate::store::audit_events;

/// One page of the log.
#[derive(Debug)]
pub struct AuditPage {
    /// The events.
    pub events: Vec<Shown>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The events of the caller's account that a filter lets through.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_audit_events(
        &self,
        person: &Person,
        filter: Filter,
        order: Order,
        size: PageSize,
        page_token: &str,
    ) -> Result<AuditPage, Error> {
        let filter = if sees_roles(person) {
            filter
        } else {
            filter.without_roles()
        };
        let query = ("audit_events", person.account, &filter, order);
        let after: Option<i64> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = u64::try_from(size.rows()).unwrap_or(u64::MAX).saturating_add(1);
        let mut entries =
            audit_events::list(self.database.reader(), person.account, &filter, order, after, limit).await?;
        let next_page_token = page::cut(&query, &mut entries, size, |last| last.head.sequence);
        let events = entries.into_iter().map(|entry| show(entry, person)).collect();
        Ok(AuditPage {
            events,
            next_page_token,
        })
    }

    /// The end of the caller's account's log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_audit_head(&self, person: &Person) -> Result<Head, Error> {
        audit_events::head(self.database.reader(), person.account).await
    }
}

/// An event, as far as `reader` may see it.
pub(super) fn show(entry: Entry, reader: &Person) -> Shown {
    if sees_roles(reader) {
        Shown::whole(entry)
    } else {
        Shown::without_roles(entry)
    }
}

fn sees_roles(reader: &Person) -> bool {
    reader.can(Permission::AssignRoles)
}
