//! Accounts.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::{AccountId, Timestamp};

use super::broken;
use super::entity::account;
use crate::domain::account::{Account, NewAccount};
use crate::domain::error::Error;

/// One account, if it exists.
pub async fn find(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, Error> {
    let row = account::Entity::find_by_id(id.to_string())
        .one(conn)
        .await
        .map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// These accounts.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<Account>, Error> {
    let ids = ids.iter().map(ToString::to_string);
    let query = account::Entity::find().filter(account::Column::Id.is_in(ids));
    let rows = query.all(conn).await.map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

/// A new account, whose billing contact is its first user.
pub async fn insert(
    conn: &impl ConnectionTrait,
    account: &NewAccount,
    billing_contact: types::UserId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = account::ActiveModel {
        id: Set(account.id.to_string()),
        name: Set(account.name.to_string()),
        language: Set(account.language.to_string()),
        time_zone: Set(account.time_zone.to_string()),
        billing_contact_id: Set(billing_contact.to_string()),
        create_time: Set(now.micros()),
    };
    account::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

fn read(row: account::Model) -> Result<Account, Error> {
    Ok(Account {
        id: row.id.parse().map_err(broken("accounts.id"))?,
        name: row.name,
        language: types::Language::parse(&row.language).map_err(broken("accounts.language"))?,
        time_zone: types::TimeZone::parse(&row.time_zone).map_err(broken("accounts.time_zone"))?,
        billing_contact: row
            .billing_contact_id
            .parse()
            .map_err(broken("accounts.billing_contact_id"))?,
    })
}
