//! Roles of accounts' own.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
};
use storage::{Sql, StorageError, json, one_of};
use types::{AccountId, Permissions, RoleId, Timestamp};

use super::broken;
use super::entity::role;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::name_key::name_key;
use crate::domain::role::OwnRole;

/// What these roles grant.
pub async fn permissions(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<String>,
) -> Result<HashMap<RoleId, Permissions>, Error> {
    let query = role::Entity::find().filter(one_of(conn.get_database_backend(), role::Column::Id, ids));
    let rows = query.all(conn).await.map_err(StorageError::from)?;
    let read = |row: role::Model| {
        let id = row.id.parse().map_err(broken("roles.id"))?;
        Ok((id, read_permissions(&row.permissions)?))
    };
    rows.into_iter().map(read).collect()
}

/// What these roles grant, each under the account that it belongs to.
pub async fn owned(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<RoleId>,
) -> Result<HashMap<AccountId, HashMap<RoleId, Permissions>>, Error> {
    let mut owned = HashMap::<_, HashMap<_, _>>::new();
    if ids.is_empty() {
        return Ok(owned);
    }
    let query = role::Entity::find().filter(one_of(conn.get_database_backend(), role::Column::Id, ids));
    for row in query.all(conn).await.map_err(StorageError::from)? {
        let role = read(row)?;
        owned
            .entry(role.account_id)
            .or_default()
            .insert(role.id, role.permissions);
    }
    Ok(owned)
}

/// What these roles of an account's own grant; those of other accounts are left out.
pub async fn of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &BTreeSet<RoleId>,
) -> Result<HashMap<RoleId, Permissions>, Error> {
    Ok(owned(conn, ids).await?.remove(&account).unwrap_or_default())
}

/// One role of an account's own.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, id: RoleId) -> Result<Option<OwnRole>, Error> {
    let query = role::Entity::find_by_id(id.to_string()).filter(role::Column::AccountId.eq(account.to_string()));
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

/// How many roles of its own an account has.
pub async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64, Error> {
    let query = role::Entity::find().filter(role::Column::AccountId.eq(account.to_string()));
    query
        .count(conn)
        .await
        .map_err(|error| StorageError::from(error).into())
}

/// By code points, whatever language PostgreSQL was set up for.
const LIST: Sql = Sql {
    postgres: "SELECT * FROM roles WHERE account_id = $1 AND name_key COLLATE \"C\" > $2
        ORDER BY name_key COLLATE \"C\" LIMIT $3",
    sqlite: "SELECT * FROM roles WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3",
};

/// Roles of an account's own after a key, by name.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<OwnRole>, Error> {
    let values = vec![account.to_string().into(), after.into(), limit.into()];
    let rows: Vec<role::Model> = LIST.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

/// Adds a role.
///
/// # Errors
/// [`Fault::RoleNameTaken`] in `field` when another one of the account has the name.
pub async fn insert(conn: &impl ConnectionTrait, role: &OwnRole, field: &str) -> Result<(), Error> {
    let inserted = role::Entity::insert(write(role)?).exec_without_returning(conn).await;
    inserted.map(drop).map_err(|error| refused(error, field))
}

/// Writes a role as it is now.
///
/// # Errors
/// As [`insert`].
pub async fn update(conn: &impl ConnectionTrait, role: &OwnRole, field: &str) -> Result<(), Error> {
    let update = role::Entity::update_many()
        .set(write(role)?)
        .filter(role::Column::Id.eq(role.id.to_string()))
        .filter(role::Column::AccountId.eq(role.account_id.to_string()));
    update.exec(conn).await.map(drop).map_err(|error| refused(error, field))
}

/// Removes a role that nobody holds any more.
pub async fn delete(conn: &impl ConnectionTrait, account: AccountId, id: RoleId) -> Result<(), StorageError> {
    let delete = role::Entity::delete_many()
        .filter(role::Column::Id.eq(id.to_string()))
        .filter(role::Column::AccountId.eq(account.to_string()));
    delete.exec(conn).await?;
    Ok(())
}

const HOLDERS: Sql = Sql {
    postgres: "SELECT custom_role_id, count(*) AS holders FROM users
        WHERE custom_role_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
            AND account_id || '' = $2 AND state <> 'DELETED'
        GROUP BY custom_role_id",
    sqlite: "SELECT custom_role_id, count(*) AS holders FROM users
        WHERE custom_role_id IN (SELECT value FROM json_each($1)) AND account_id = $2 AND state <> 'DELETED'
        GROUP BY custom_role_id",
};

#[derive(FromQueryResult)]
struct HoldersRow {
    custom_role_id: String,
    holders: i64,
}

/// How many users hold each of these roles, deleted ones not counted; roles that nobody holds are left out.
pub async fn count_holders(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &[RoleId],
) -> Result<HashMap<RoleId, i64>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<HoldersRow> = HOLDERS.query(conn, vec![json(ids), account.to_string().into()]).await?;
    let read = |row: HoldersRow| {
        let id = row.custom_role_id.parse().map_err(broken("users.custom_role_id"))?;
        Ok((id, row.holders))
    };
    rows.into_iter().map(read).collect()
}

/// A set of permissions from the names it is stored as.
pub(super) fn read_permissions(text: &str) -> Result<Permissions, Error> {
    let names: Vec<String> = serde_json::from_str(text).map_err(broken("roles.permissions"))?;
    let parse = |name: String| name.parse().map_err(broken("roles.permissions"));
    names.into_iter().map(parse).collect()
}

fn write(role: &OwnRole) -> Result<role::ActiveModel, Error> {
    let permissions: Vec<&str> = role.permissions.iter().map(|permission| permission.as_str()).collect();
    Ok(role::ActiveModel {
        id: Set(role.id.to_string()),
        account_id: Set(role.account_id.to_string()),
        name: Set(role.name.clone()),
        name_key: Set(name_key(&role.name)),
        description: Set(role.description.clone()),
        permissions: Set(serde_json::to_string(&permissions).map_err(broken("roles.permissions"))?),
        revision: Set(role.revision),
        create_time: Set(role.create_time.micros()),
        update_time: Set(role.update_time.micros()),
    })
}

fn refused(error: sea_orm::DbErr, field: &str) -> Error {
    match StorageError::from(error) {
        error if error.constraint() == Some("roles_account_id_name_key_key") => {
            Error::Field(Violation::new(Fault::RoleNameTaken, field))
        }
        error => error.into(),
    }
}

fn read(row: role::Model) -> Result<OwnRole, Error> {
    Ok(OwnRole {
        id: row.id.parse().map_err(broken("roles.id"))?,
        account_id: row.account_id.parse().map_err(broken("roles.account_id"))?,
        name: row.name,
        description: row.description,
        permissions: read_permissions(&row.permissions)?,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        update_time: Timestamp::from_micros(row.update_time),
    })
}
