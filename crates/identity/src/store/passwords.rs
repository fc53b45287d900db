//! The password hashes of users.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{AccountId, Timestamp, UserId};

use crate::domain::error::Error;

const FIND_TEXT: &str = "SELECT password_hash FROM users WHERE account_id = $1 AND id = $2 AND state = 'ACTIVE'";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    password_hash: Option<String>,
}

/// The hash of an active user's password.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<Option<String>, Error> {
    let values = vec![account.to_string().into(), user.to_string().into()];
    let row = FIND.query_one::<Row>(conn, values).await?;
    Ok(row.and_then(|row| row.password_hash))
}

const SET_TEXT: &str = "UPDATE users SET password_hash = $3, revision = revision + 1, update_time = $4
    WHERE account_id = $1 AND id = $2 AND state = 'ACTIVE'";
const SET: Sql = Sql {
    postgres: SET_TEXT,
    sqlite: SET_TEXT,
};

/// Sets the password of an active user. False when they are not active any more, or have moved.
pub async fn set(
    conn: &impl ConnectionTrait,
    account: AccountId,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let values = vec![
        account.to_string().into(),
        user.to_string().into(),
        hash.into(),
        now.micros().into(),
    ];
    Ok(SET.execute(conn, values).await? == 1)
}

const REPLACE_TEXT: &str = "UPDATE users SET password_hash = $3, revision = revision + 1, update_time = $4
    WHERE account_id = $1 AND id = $2 AND state = 'ACTIVE' AND password_hash = $5";
const REPLACE: Sql = Sql {
    postgres: REPLACE_TEXT,
    sqlite: REPLACE_TEXT,
};

/// Sets the password of an active user whose password is still the one with the hash `former`. False when it is not.
pub async fn replace(
    conn: &impl ConnectionTrait,
    account: AccountId,
    user: UserId,
    former: &str,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let values = vec![
        account.to_string().into(),
        user.to_string().into(),
        hash.into(),
        now.micros().into(),
        former.into(),
    ];
    Ok(REPLACE.execute(conn, values).await? == 1)
}
