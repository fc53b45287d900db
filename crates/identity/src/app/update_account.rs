//! Changing an account's name, language or time zone.

use chassis::Person;
use serde_json::json;

use super::App;
use crate::domain::account::{Account, AccountChange, AccountState};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::store::{accounts, audit_events};

impl App {
    /// Changes the caller's account, if it is still what `etag` says; a change to what it is already leaves no trace.
    ///
    /// # Errors
    /// [`Error::EtagMismatch`].
    pub async fn update_account(
        &self,
        person: &Person,
        origin: Origin,
        etag: String,
        change: AccountChange,
    ) -> Result<Account, Error> {
        let (id, now) = (person.account, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, id).await?;
                if account.state == AccountState::Closed {
                    return Err(Error::SessionEnded);
                }
                check_etag(&etag, account.revision)?;
                let changed = account.changed(change);
                if changed.revision != account.revision {
                    accounts::update(tx, &changed).await?;
                    let event = Event::new(id, &origin, "account.update", id, now);
                    let event = event.before(&told(&account)).after(&told(&changed));
                    audit_events::append(tx, &[event]).await?;
                }
                Ok(changed)
            })
        });
        update.await
    }
}

fn told(account: &Account) -> serde_json::Value {
    json!({
        "name": account.name,
        "language": account.language.to_string(),
        "time_zone": account.time_zone.to_string(),
    })
}
