//! Users who cannot be restored any more, removed with everything personal of theirs.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, Timestamp, UserId};

use crate::domain::error::Error;
use crate::store::broken;

/// Skipping what others hold, so that two processes do not wait for each other to do the same.
const DUE: Sql = Sql {
    postgres: "SELECT id, account_id FROM users WHERE delete_time <= $1 ORDER BY delete_time LIMIT $2
        FOR UPDATE SKIP LOCKED",
    sqlite: "SELECT id, account_id FROM users WHERE delete_time <= $1 ORDER BY delete_time LIMIT $2",
};

const FORGET_SESSIONS: Sql = Sql {
    postgres: "DELETE FROM sessions WHERE user_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "DELETE FROM sessions WHERE user_id IN (SELECT value FROM json_each($1))",
};

/// Those by which they had joined. Whom other accounts have invited is theirs to remember.
const FORGET_INVITATIONS: Sql = Sql {
    postgres: "DELETE FROM invitations i USING users u
        WHERE u.id = i.user_id AND u.account_id = i.account_id
            AND u.id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "DELETE FROM invitations WHERE id IN (SELECT i.id FROM invitations i
        JOIN users u ON u.id = i.user_id AND u.account_id = i.account_id
        WHERE u.id IN (SELECT value FROM json_each($1)))",
};

const FORGET_USERS: Sql = Sql {
    postgres: "DELETE FROM users WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "DELETE FROM users WHERE id IN (SELECT value FROM json_each($1))",
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    account_id: String,
}

/// Removes up to `limit` users who were deleted at `deleted` or before; says who they were.
pub async fn purge(
    conn: &impl ConnectionTrait,
    deleted: Timestamp,
    limit: u32,
) -> Result<Vec<(AccountId, UserId)>, Error> {
    let rows: Vec<Row> = DUE
        .query(conn, vec![deleted.micros().into(), i64::from(limit).into()])
        .await?;
    let read = |row: Row| {
        let account_id = row.account_id.parse().map_err(broken("users.account_id"))?;
        Ok((account_id, row.id.parse().map_err(broken("users.id"))?))
    };
    let users = rows.into_iter().map(read).collect::<Result<Vec<_>, Error>>()?;
    let ids: Vec<UserId> = users.iter().map(|(_, id)| *id).collect();
    if !ids.is_empty() {
        for statement in [FORGET_SESSIONS, FORGET_INVITATIONS, FORGET_USERS] {
            statement.execute(conn, vec![json(&ids)]).await?;
        }
    }
    Ok(users)
}
