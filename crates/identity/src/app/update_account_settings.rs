//! Setting, resetting, locking and unlocking for a whole account.

use chassis::Person;
use serde_json::Value;

use super::App;
use crate::domain::account_settings::{AccountChange, AccountSettings};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::store::{account_settings, accounts, audit_events};

impl App {
    /// Changes the settings of the caller's account; a change to what they are already leaves no trace.
    ///
    /// # Errors
    /// [`Error::Settings`] with every bad key; [`Error::EtagMismatch`].
    pub async fn update_account_settings(
        &self,
        person: &Person,
        origin: Origin,
        change: AccountChange,
        etag: String,
    ) -> Result<AccountSettings, Error> {
        let (account, now) = (person.account, self.clock.now());
        let update = self.database.transaction(move |tx| {
            Box::pin(async move {
                accounts::lock(tx, account).await?;
                let before = account_settings::find(tx, account).await?;
                check_etag(&etag, before.etag())?;
                let after = before.changed(&change).map_err(Error::Settings)?;
                if after != before {
                    account_settings::update(tx, account, &after).await?;
                    let event = Event::new(account, &origin, "account.update_settings", account, now)
                        .before(&told(&before, &after))
                        .after(&told(&after, &before));
                    audit_events::append(tx, &[event]).await?;
                }
                Ok(after)
            })
        });
        update.await
    }
}

/// What of an account's settings is different in another state of them.
fn told(settings: &AccountSettings, other: &AccountSettings) -> Value {
    let mut told = settings.values.unlike(&other.values);
    if settings.locked != other.locked {
        told.insert("locked".into(), settings.locked.iter().copied().collect());
    }
    Value::Object(told)
}
