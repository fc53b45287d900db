//! What is set for whole accounts.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::AccountId;

use super::broken;
use crate::domain::account_settings::AccountSettings;
use crate::domain::error::Error;
use crate::domain::setting::{Definition, Level};
use crate::domain::settings::Settings;

const FIND_TEXT: &str = "SELECT settings, locked_settings FROM accounts WHERE id = $1";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Found {
    settings: String,
    locked_settings: String,
}

/// What is set for an account.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId) -> Result<AccountSettings, Error> {
    let found: Option<Found> = FIND.query_one(conn, vec![account.to_string().into()]).await?;
    let found = found.ok_or(Error::AccountNotFound(account))?;
    Ok(AccountSettings {
        values: Settings::read(&found.settings, Level::Account).map_err(broken("accounts.settings"))?,
        locked: read_locked(&found.locked_settings)?,
    })
}

const UPDATE_TEXT: &str = "UPDATE accounts SET settings = $2, locked_settings = $3 WHERE id = $1";
const UPDATE: Sql = Sql {
    postgres: UPDATE_TEXT,
    sqlite: UPDATE_TEXT,
};

/// Writes what is set for an account. Under the lock of its row.
pub async fn update(conn: &impl ConnectionTrait, account: AccountId, settings: &AccountSettings) -> Result<(), Error> {
    let values = vec![
        account.to_string().into(),
        json(&settings.values),
        json(&settings.locked),
    ];
    UPDATE.execute(conn, values).await?;
    Ok(())
}

/// The keys of an account's locks, as far as there are such settings.
pub(super) fn read_locked(text: &str) -> Result<BTreeSet<&'static str>, Error> {
    let keys: Vec<String> = serde_json::from_str(text).map_err(broken("accounts.locked_settings"))?;
    let known = keys.iter().filter_map(|key| Definition::find(key));
    Ok(known.map(|definition| definition.key).collect())
}
