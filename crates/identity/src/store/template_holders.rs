//! Who has which settings template.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use storage::{Sql, StorageError, json};
use types::{AccountId, GroupId, Permissions, Role, TemplateId, Timestamp, UserId};

use super::roles::read_permissions;
use super::{broken, optional};
use crate::domain::error::Error;

const COUNT: Sql = Sql {
    postgres: "SELECT u.settings_template_id, count(*) AS users FROM users u
        WHERE u.settings_template_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
            AND u.account_id || '' = $2 AND u.state <> 'DELETED'
        GROUP BY u.settings_template_id",
    sqlite: "SELECT u.settings_template_id, count(*) AS users FROM users u
        WHERE u.settings_template_id IN (SELECT value FROM json_each($1))
            AND u.account_id = $2 AND u.state <> 'DELETED'
        GROUP BY u.settings_template_id",
};

#[derive(FromQueryResult)]
struct CountRow {
    settings_template_id: String,
    users: i64,
}

/// How many users have these templates of an account, those that are deleted not counted; what nobody has is left out.
pub async fn count_users(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &[TemplateId],
) -> Result<HashMap<TemplateId, i64>, Error> {
    let rows: Vec<CountRow> = COUNT.query(conn, vec![json(ids), account.to_string().into()]).await?;
    let read = |row: CountRow| {
        let id = row.settings_template_id.parse();
        Ok((id.map_err(broken("users.settings_template_id"))?, row.users))
    };
    rows.into_iter().map(read).collect()
}

/// Whoever is invited to join is a user already.
const PROMISED_TEXT: &str = "SELECT count(*) AS invitations FROM invitations
    WHERE settings_template_id = $1 AND account_id = $2 AND state = 'PENDING' AND kind = 'TRANSFER'";
const PROMISED: Sql = Sql {
    postgres: PROMISED_TEXT,
    sqlite: PROMISED_TEXT,
};

#[derive(FromQueryResult)]
struct PromisedRow {
    invitations: i64,
}

/// How many users of other accounts are promised a template.
pub async fn count_promised(
    conn: &impl ConnectionTrait,
    account: AccountId,
    template: TemplateId,
) -> Result<i64, StorageError> {
    let values = vec![template.to_string().into(), account.to_string().into()];
    let row: Option<PromisedRow> = PROMISED.query_one(conn, values).await?;
    Ok(row.map_or(0, |row| row.invitations))
}

/// Expired ones too: they can be sent again.
const PROMISE_TEXT: &str = "UPDATE invitations SET settings_template_id = $3
    WHERE settings_template_id = $2 AND account_id = $1 AND state IN ('PENDING', 'EXPIRED')";
const PROMISE: Sql = Sql {
    postgres: PROMISE_TEXT,
    sqlite: PROMISE_TEXT,
};

const MOVE_TEXT: &str = "UPDATE users SET settings_template_id = $3, revision = revision + 1, update_time = $4
    WHERE settings_template_id = $2 AND account_id = $1 RETURNING id";
const MOVE: Sql = Sql {
    postgres: MOVE_TEXT,
    sqlite: MOVE_TEXT,
};

#[derive(FromQueryResult)]
struct MovedRow {
    id: String,
}

/// Gives another template, or the system default, to all who have one or are promised it; says which users those were. Under
/// the lock of the account's row; invitations first, as whoever accepts one changes it before the user.
pub async fn replace(
    conn: &impl ConnectionTrait,
    account: AccountId,
    template: TemplateId,
    successor: Option<TemplateId>,
    now: Timestamp,
) -> Result<Vec<UserId>, Error> {
    let mut values: Vec<Value> = vec![
        account.to_string().into(),
        template.to_string().into(),
        successor.map(|id| id.to_string()).into(),
    ];
    PROMISE.execute(conn, values.clone()).await?;
    values.push(now.micros().into());
    let rows: Vec<MovedRow> = MOVE.query(conn, values).await?;
    let ids = rows.into_iter().map(|row| row.id.parse().map_err(broken("users.id")));
    ids.collect()
}

/// A user who is to get a template.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The user.
    pub id: UserId,
    /// What their role grants.
    pub permissions: Permissions,
    /// The template that they have.
    pub template: Option<TemplateId>,
}

const SELECT_USERS: Sql = Sql {
    postgres: "SELECT u.id, u.settings_template_id, u.role, r.permissions
        FROM users u LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.id = ANY (ARRAY(SELECT json_array_elements_text($2::json))) AND u.account_id = $1
            AND u.state <> 'DELETED'
        ORDER BY u.id FOR NO KEY UPDATE OF u",
    sqlite: "SELECT u.id, u.settings_template_id, u.role, r.permissions
        FROM users u LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.id IN (SELECT value FROM json_each($2)) AND u.account_id = $1 AND u.state <> 'DELETED'",
};

const SELECT_GROUP: Sql = Sql {
    postgres: "SELECT u.id, u.settings_template_id, u.role, r.permissions
        FROM users u LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.group_id = $2 AND u.account_id || '' = $1 AND u.state <> 'DELETED'
        ORDER BY u.id FOR NO KEY UPDATE OF u",
    sqlite: "SELECT u.id, u.settings_template_id, u.role, r.permissions
        FROM users u LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.group_id = $2 AND u.account_id = $1 AND u.state <> 'DELETED'",
};

#[derive(FromQueryResult)]
struct TargetRow {
    id: String,
    settings_template_id: Option<String>,
    role: String,
    permissions: Option<String>,
}

/// Those of these users whom the account has and has not deleted; nobody else changes them until the transaction is over.
pub async fn lock_users(
    conn: &impl ConnectionTrait,
    account: AccountId,
    users: &[UserId],
) -> Result<Vec<Target>, Error> {
    let values = vec![account.to_string().into(), json(users)];
    let rows: Vec<TargetRow> = SELECT_USERS.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

/// The users of a group, likewise.
pub async fn lock_group(conn: &impl ConnectionTrait, account: AccountId, group: GroupId) -> Result<Vec<Target>, Error> {
    let values = vec![account.to_string().into(), group.to_string().into()];
    let rows: Vec<TargetRow> = SELECT_GROUP.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

const GIVE: Sql = Sql {
    postgres: "UPDATE users SET settings_template_id = $3, revision = revision + 1, update_time = $4
        WHERE id = ANY (ARRAY(SELECT json_array_elements_text($2::json))) AND account_id = $1",
    sqlite: "UPDATE users SET settings_template_id = $3, revision = revision + 1, update_time = $4
        WHERE id IN (SELECT value FROM json_each($2)) AND account_id = $1",
};

/// Gives a template, or the system default, to these users.
pub async fn give(
    conn: &impl ConnectionTrait,
    account: AccountId,
    users: &[UserId],
    template: Option<TemplateId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let values = vec![
        account.to_string().into(),
        json(users),
        template.map(|id| id.to_string()).into(),
        now.micros().into(),
    ];
    GIVE.execute(conn, values).await?;
    Ok(())
}

fn read(row: TargetRow) -> Result<Target, Error> {
    let role: Role = row.role.parse().map_err(broken("users.role"))?;
    Ok(Target {
        id: row.id.parse().map_err(broken("users.id"))?,
        permissions: match &row.permissions {
            Some(own) => read_permissions(own)?,
            None => Permissions::of(role, false),
        },
        template: optional(row.settings_template_id, "users.settings_template_id")?,
    })
}
