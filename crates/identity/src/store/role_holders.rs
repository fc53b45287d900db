//! Who holds a role, and who is invited with it.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, json};
use types::{AccountId, Role, RoleId, SessionId, Timestamp, UserId};

use super::broken;
use crate::domain::error::Error;
use crate::domain::role::GivenRole;

/// A user's new role.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The user.
    pub id: UserId,
    /// The role.
    pub role: Role,
    /// The account's own role, if it is one.
    pub custom_role_id: Option<RoleId>,
}

const SET: Sql = Sql {
    postgres: "UPDATE users u SET role = r.role, custom_role_id = r.custom_role_id, revision = u.revision + 1,
            update_time = $3
        FROM json_to_recordset($1::json) AS r(id text, role text, custom_role_id text)
        WHERE u.id = r.id AND u.account_id || '' = $2",
    sqlite: "UPDATE users SET role = r.value->>'role', custom_role_id = r.value->>'custom_role_id',
            revision = revision + 1, update_time = $3
        FROM json_each($1) AS r
        WHERE users.id = r.value->>'id' AND users.account_id = $2",
};

/// Who has not joined yet, or can still be invited again, is to join with the same role.
const SET_PROMISED: Sql = Sql {
    postgres: "UPDATE invitations i SET role = r.role, custom_role_id = r.custom_role_id
        FROM json_to_recordset($1::json) AS r(id text, role text, custom_role_id text)
        WHERE i.user_id = r.id AND i.account_id || '' = $2 AND i.kind = 'JOIN' AND i.state IN ('PENDING', 'EXPIRED')",
    sqlite: "UPDATE invitations SET role = r.value->>'role', custom_role_id = r.value->>'custom_role_id'
        FROM json_each($1) AS r
        WHERE invitations.user_id = r.value->>'id' AND invitations.account_id = $2
            AND invitations.kind = 'JOIN' AND invitations.state IN ('PENDING', 'EXPIRED')",
};

/// Gives users of an account roles, in their invitations to join too.
pub async fn set(conn: &impl ConnectionTrait, account: AccountId, rows: &[Row], now: Timestamp) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let account = account.to_string();
    SET.execute(conn, vec![json(rows), account.as_str().into(), now.micros().into()])
        .await?;
    SET_PROMISED.execute(conn, vec![json(rows), account.into()]).await?;
    Ok(())
}

const IN_USE_TEXT: &str = "SELECT
    (SELECT count(*) FROM users WHERE account_id = $1 AND custom_role_id = $2 AND state <> 'DELETED')
    + (SELECT count(*) FROM invitations WHERE account_id = $1 AND custom_role_id = $2 AND state = 'PENDING'
        AND expire_time > $3) AS n";
const IN_USE: Sql = Sql {
    postgres: IN_USE_TEXT,
    sqlite: IN_USE_TEXT,
};

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

/// Whether a user who is not deleted holds the role, or somebody is invited with it.
pub async fn exist(
    conn: &impl ConnectionTrait,
    account: AccountId,
    role: RoleId,
    now: Timestamp,
) -> Result<bool, Error> {
    let values = vec![account.to_string().into(), role.to_string().into(), now.micros().into()];
    Ok(IN_USE
        .query_one::<Count>(conn, values)
        .await?
        .is_some_and(|row| row.n > 0))
}

const REPLACE_TEXT: &str = "UPDATE users SET role = $3, custom_role_id = $4, revision = revision + 1, update_time = $5
    WHERE account_id = $1 AND custom_role_id = $2 RETURNING id, state";
const REPLACE: Sql = Sql {
    postgres: REPLACE_TEXT,
    sqlite: REPLACE_TEXT,
};

const REPLACE_PROMISED_TEXT: &str = "UPDATE invitations SET role = $3, custom_role_id = $4
    WHERE account_id = $1 AND custom_role_id = $2 AND state IN ('PENDING', 'EXPIRED')";
const REPLACE_PROMISED: Sql = Sql {
    postgres: REPLACE_PROMISED_TEXT,
    sqlite: REPLACE_PROMISED_TEXT,
};

#[derive(FromQueryResult)]
struct ReplacedRow {
    id: String,
    state: String,
}

/// Gives everybody who holds a role, or is invited with it, another one, deleted users too; says who of them is not deleted.
pub async fn replace(
    conn: &impl ConnectionTrait,
    account: AccountId,
    from: RoleId,
    to: &GivenRole,
    now: Timestamp,
) -> Result<Vec<UserId>, Error> {
    let custom = to.custom_role_id.map(|id| id.to_string());
    let mut values = vec![
        account.to_string().into(),
        from.to_string().into(),
        to.role.as_str().into(),
        custom.into(),
    ];
    REPLACE_PROMISED.execute(conn, values.clone()).await?;
    values.push(now.micros().into());
    let rows: Vec<ReplacedRow> = REPLACE.query(conn, values).await?;
    let kept = rows.into_iter().filter(|row| row.state != "DELETED");
    kept.map(|row| row.id.parse().map_err(broken("users.id"))).collect()
}

const OPEN_SESSIONS_TEXT: &str = "SELECT s.id FROM users u JOIN sessions s ON s.user_id = u.id
    WHERE u.account_id = $1 AND u.custom_role_id = $2 AND s.end_time IS NULL AND s.expire_time > $3";
const OPEN_SESSIONS: Sql = Sql {
    postgres: OPEN_SESSIONS_TEXT,
    sqlite: OPEN_SESSIONS_TEXT,
};

const END_SESSIONS_TEXT: &str = "UPDATE sessions SET end_time = $3
    WHERE user_id IN (SELECT id FROM users WHERE account_id = $1 AND custom_role_id = $2) AND end_time IS NULL
    RETURNING id";
const END_SESSIONS: Sql = Sql {
    postgres: END_SESSIONS_TEXT,
    sqlite: END_SESSIONS_TEXT,
};

#[derive(FromQueryResult)]
struct IdRow {
    id: String,
}

/// The sessions of all who hold a role, ended when `end`; to be told when the transaction is over (`App::tell_ended`).
pub async fn sessions(
    conn: &impl ConnectionTrait,
    account: AccountId,
    role: RoleId,
    end: bool,
    now: Timestamp,
) -> Result<Vec<SessionId>, Error> {
    let values = vec![account.to_string().into(), role.to_string().into(), now.micros().into()];
    let sql = if end { END_SESSIONS } else { OPEN_SESSIONS };
    let rows: Vec<IdRow> = sql.query(conn, values).await?;
    let parse = |row: IdRow| row.id.parse().map_err(broken("sessions.id"));
    rows.into_iter().map(parse).collect()
}
