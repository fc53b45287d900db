//! Password resets. Of a link, its SHA-256 only.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{PasswordResetId, Timestamp, UserId};

use super::{broken, optional};
use crate::domain::error::Error;
use crate::domain::password_reset::PasswordReset;

const INSERT_TEXT: &str = "INSERT INTO password_resets (id, request_key, token_hash, user_id, create_time, expire_time)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (request_key) DO NOTHING";
const INSERT: Sql = Sql {
    postgres: INSERT_TEXT,
    sqlite: INSERT_TEXT,
};

/// Adds a reset; false when the same request has been made before.
pub async fn insert(
    conn: &impl ConnectionTrait,
    reset: &PasswordReset,
    request_key: &str,
    token_hash: &str,
) -> Result<bool, StorageError> {
    let values = vec![
        reset.id.to_string().into(),
        request_key.into(),
        token_hash.into(),
        reset.user_id.map(|id| id.to_string()).into(),
        reset.create_time.micros().into(),
        reset.expire_time.micros().into(),
    ];
    Ok(INSERT.execute(conn, values).await? == 1)
}

const FIND_TEXT: &str = "SELECT id, user_id, create_time, expire_time, end_time
    FROM password_resets WHERE token_hash = $1";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    user_id: Option<String>,
    create_time: i64,
    expire_time: i64,
    end_time: Option<i64>,
}

/// The reset whose link has this hash.
pub async fn by_token_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<PasswordReset>, Error> {
    let Some(row) = FIND.query_one::<Row>(conn, vec![hash.into()]).await? else {
        return Ok(None);
    };
    Ok(Some(PasswordReset {
        id: row.id.parse().map_err(broken("password_resets.id"))?,
        user_id: optional(row.user_id, "password_resets.user_id")?,
        create_time: Timestamp::from_micros(row.create_time),
        expire_time: Timestamp::from_micros(row.expire_time),
        end_time: row.end_time.map(Timestamp::from_micros),
    }))
}

const TAKE_TEXT: &str = "UPDATE password_resets SET end_time = $2
    WHERE id = $1 AND end_time IS NULL AND expire_time > $2";
const TAKE: Sql = Sql {
    postgres: TAKE_TEXT,
    sqlite: TAKE_TEXT,
};

/// Uses a reset's link. False when it was used before, or works no longer.
pub async fn take(conn: &impl ConnectionTrait, id: PasswordResetId, now: Timestamp) -> Result<bool, StorageError> {
    let values = vec![id.to_string().into(), now.micros().into()];
    Ok(TAKE.execute(conn, values).await? == 1)
}

const END_ALL_TEXT: &str = "UPDATE password_resets SET end_time = $2 WHERE user_id = $1 AND end_time IS NULL";
const END_ALL: Sql = Sql {
    postgres: END_ALL_TEXT,
    sqlite: END_ALL_TEXT,
};

/// Lets no link to a new password of this user work any more: their password has changed, or they are gone.
pub async fn end_all(conn: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<(), StorageError> {
    let values = vec![user.to_string().into(), now.micros().into()];
    END_ALL.execute(conn, values).await.map(drop)
}

const FORGET_TEXT: &str = "DELETE FROM password_resets WHERE expire_time < $1";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets the resets that expired before a point in time; says how many they were.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}
