//! Groups.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use storage::{Sql, StorageError, json};
use types::{AccountId, GroupId, Timestamp};

use super::entity::group;
use super::{broken, exclusive};
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::domain::name_key::name_key;

/// Adds a group.
///
/// # Errors
/// [`Error::GroupExists`] when another one of the account has the name.
pub async fn insert(conn: &impl ConnectionTrait, group: &Group) -> Result<(), Error> {
    let inserted = group::Entity::insert(write(group)).exec_without_returning(conn).await;
    inserted.map(drop).map_err(refused)
}

/// Writes a group's name, description and revision.
///
/// # Errors
/// As [`insert`].
pub async fn update(conn: &impl ConnectionTrait, group: &Group) -> Result<(), Error> {
    let update = group::Entity::update_many()
        .set(write(group))
        .filter(group::Column::Id.eq(group.id.to_string()))
        .filter(group::Column::AccountId.eq(group.account_id.to_string()));
    update.exec(conn).await.map(drop).map_err(refused)
}

/// Removes a group that nobody is in any more.
pub async fn delete(conn: &impl ConnectionTrait, account: AccountId, id: GroupId) -> Result<(), StorageError> {
    let delete = group::Entity::delete_many()
        .filter(group::Column::Id.eq(id.to_string()))
        .filter(group::Column::AccountId.eq(account.to_string()));
    delete.exec(conn).await?;
    Ok(())
}

/// One group of an account, its users not counted.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, id: GroupId) -> Result<Option<Group>, Error> {
    let query = group::Entity::find_by_id(id.to_string()).filter(group::Column::AccountId.eq(account.to_string()));
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

/// The same, which nobody else changes or puts anybody into until the transaction is over.
pub async fn lock(conn: &impl ConnectionTrait, account: AccountId, id: GroupId) -> Result<Option<Group>, Error> {
    let query = group::Entity::find_by_id(id.to_string()).filter(group::Column::AccountId.eq(account.to_string()));
    let row = exclusive(query, conn).one(conn).await;
    row.map_err(StorageError::from)?.map(read).transpose()
}

const LIST: Sql = Sql {
    postgres: "SELECT * FROM groups
        WHERE account_id = $1 AND name_key COLLATE \"C\" >= $2 AND name_key COLLATE \"C\" > $3
            AND name_key COLLATE \"C\" < $4
        ORDER BY name_key COLLATE \"C\" LIMIT $5",
    sqlite: "SELECT * FROM groups
        WHERE account_id = $1 AND name_key >= $2 AND name_key > $3 AND name_key < $4
        ORDER BY name_key LIMIT $5",
};

/// Groups of an account whose names' keys are between `from` and `end` and after `after`, by name; their users not counted.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    (from, end): (&str, &str),
    after: &str,
    limit: i64,
) -> Result<Vec<Group>, Error> {
    let values = vec![
        account.to_string().into(),
        from.into(),
        after.into(),
        end.into(),
        limit.into(),
    ];
    let rows: Vec<group::Model> = LIST.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

const COUNT: Sql = Sql {
    postgres: "SELECT u.group_id, count(*) AS users FROM users u
        WHERE u.group_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
            AND u.account_id || '' = $2 AND u.state <> 'DELETED'
        GROUP BY u.group_id",
    sqlite: "SELECT u.group_id, count(*) AS users FROM users u
        WHERE u.group_id IN (SELECT value FROM json_each($1)) AND u.account_id = $2 AND u.state <> 'DELETED'
        GROUP BY u.group_id",
};

#[derive(FromQueryResult)]
struct CountRow {
    group_id: String,
    users: i64,
}

/// How many users are in these groups of an account, those that are deleted not counted; empty groups are left out.
pub async fn count_users(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &[GroupId],
) -> Result<HashMap<GroupId, i64>, Error> {
    let rows: Vec<CountRow> = COUNT.query(conn, vec![json(ids), account.to_string().into()]).await?;
    let read = |row: CountRow| Ok((row.group_id.parse().map_err(broken("users.group_id"))?, row.users));
    rows.into_iter().map(read).collect()
}

const AMONG: Sql = Sql {
    postgres: "SELECT account_id, id FROM groups WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "SELECT account_id, id FROM groups WHERE id IN (SELECT value FROM json_each($1))",
};

/// In one order, so that two transactions wait for one another instead of for each other.
const HOLD: Sql = Sql {
    postgres: "SELECT account_id, id FROM groups WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
        ORDER BY id FOR KEY SHARE",
    sqlite: AMONG.sqlite,
};

#[derive(FromQueryResult)]
struct OwnedRow {
    account_id: String,
    id: String,
}

/// Which of these there are, each with the account that it belongs to.
pub async fn among(conn: &impl ConnectionTrait, ids: &[GroupId]) -> Result<HashSet<(AccountId, GroupId)>, Error> {
    owned(conn, ids, AMONG).await
}

/// The same, and they stay until the transaction is over. After [`super::accounts::hold`].
pub async fn hold(conn: &impl ConnectionTrait, ids: &[GroupId]) -> Result<HashSet<(AccountId, GroupId)>, Error> {
    owned(conn, ids, HOLD).await
}

async fn owned(conn: &impl ConnectionTrait, ids: &[GroupId], sql: Sql) -> Result<HashSet<(AccountId, GroupId)>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<OwnedRow> = sql.query(conn, vec![json(ids)]).await?;
    let read = |row: OwnedRow| {
        let account = row.account_id.parse().map_err(broken("groups.account_id"))?;
        Ok((account, row.id.parse().map_err(broken("groups.id"))?))
    };
    rows.into_iter().map(read).collect()
}

fn write(group: &Group) -> group::ActiveModel {
    group::ActiveModel {
        id: Set(group.id.to_string()),
        account_id: Set(group.account_id.to_string()),
        name: Set(group.name.clone()),
        name_key: Set(name_key(&group.name)),
        description: Set(group.description.clone()),
        revision: Set(group.revision),
        create_time: Set(group.create_time.micros()),
        update_time: Set(group.update_time.micros()),
    }
}

fn refused(error: sea_orm::DbErr) -> Error {
    match StorageError::from(error) {
        error if error.constraint() == Some("groups_account_id_name_key_key") => Error::GroupExists,
        error => error.into(),
    }
}

fn read(row: group::Model) -> Result<Group, Error> {
    Ok(Group {
        id: row.id.parse().map_err(broken("groups.id"))?,
        account_id: row.account_id.parse().map_err(broken("groups.account_id"))?,
        name: row.name,
        description: row.description,
        user_count: 0,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        update_time: Timestamp::from_micros(row.update_time),
    })
}
