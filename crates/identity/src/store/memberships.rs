//! Who is in which group.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{AccountId, GroupId, Timestamp, UserId};

use super::broken;
use crate::domain::error::Error;

const LEAVE_TEXT: &str =
    "UPDATE users SET group_id = NULL, revision = revision + 1, update_time = $3 WHERE group_id = $2 AND account_id = $1
        RETURNING id";
const LEAVE: Sql = Sql {
    postgres: LEAVE_TEXT,
    sqlite: LEAVE_TEXT,
};

#[derive(FromQueryResult)]
struct LeftRow {
    id: String,
}

/// Takes every user out of a group; says who it was. Under the lock of the account's row.
pub async fn leave(
    conn: &impl ConnectionTrait,
    account: AccountId,
    group: GroupId,
    now: Timestamp,
) -> Result<Vec<UserId>, Error> {
    let values = vec![
        account.to_string().into(),
        group.to_string().into(),
        now.micros().into(),
    ];
    let rows: Vec<LeftRow> = LEAVE.query(conn, values).await?;
    let ids = rows.into_iter().map(|row| row.id.parse().map_err(broken("users.id")));
    ids.collect()
}

/// Expired ones too: they can be sent again.
const UNPROMISE_TEXT: &str = "UPDATE invitations SET group_id = NULL
    WHERE group_id = $2 AND account_id = $1 AND state IN ('PENDING', 'EXPIRED')";
const UNPROMISE: Sql = Sql {
    postgres: UNPROMISE_TEXT,
    sqlite: UNPROMISE_TEXT,
};

/// Takes a group out of the invitations that promise it and can still be accepted; says how many those were. Before
/// [`leave`], as whoever accepts an invitation changes it before the user.
pub async fn unpromise(conn: &impl ConnectionTrait, account: AccountId, group: GroupId) -> Result<u64, StorageError> {
    UNPROMISE
        .execute(conn, vec![account.to_string().into(), group.to_string().into()])
        .await
}
