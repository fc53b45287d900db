//! Users who have been invited and have not joined: what becomes of them when their invitation ends.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, Timestamp, UserId};

use super::broken;
use crate::domain::error::Error;

/// Whoever has joined has a password, whatever has become of them since.
const WITHDRAW_TEXT: &str = "UPDATE users SET state = 'DELETED', former_state = 'INVITED', products = '[]',
        seat_version = seat_version + 1, revision = revision + 1, update_time = $3, delete_time = $3
    WHERE account_id = $1 AND id = $2 AND state <> 'DELETED' AND password_hash IS NULL";
const WITHDRAW: Sql = Sql {
    postgres: WITHDRAW_TEXT,
    sqlite: WITHDRAW_TEXT,
};

/// Deletes a user who has not joined, and takes their products. False when there is none.
pub async fn withdraw(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: UserId,
    now: Timestamp,
) -> Result<bool, Error> {
    let values = vec![account.to_string().into(), id.to_string().into(), now.micros().into()];
    Ok(WITHDRAW.execute(conn, values).await? == 1)
}

const TAKE_PRODUCTS: Sql = Sql {
    postgres: "UPDATE users SET products = '[]', seat_version = seat_version + 1, revision = revision + 1,
            update_time = $3
        WHERE account_id = $1 AND id = ANY (ARRAY(SELECT json_array_elements_text($2::json)))
            AND state <> 'DELETED' AND password_hash IS NULL AND products <> '[]'
        RETURNING id, seat_version",
    sqlite: "UPDATE users SET products = '[]', seat_version = seat_version + 1, revision = revision + 1,
            update_time = $3
        WHERE account_id = $1 AND id IN (SELECT value FROM json_each($2))
            AND state <> 'DELETED' AND password_hash IS NULL AND products <> '[]'
        RETURNING id, seat_version",
};

#[derive(FromQueryResult)]
struct Bereft {
    id: String,
    seat_version: i64,
}

/// Takes all products from those of these users who have not joined. Answers who has lost any, with the version of that.
pub async fn take_products(
    conn: &impl ConnectionTrait,
    account: AccountId,
    users: &[UserId],
    now: Timestamp,
) -> Result<Vec<(UserId, i64)>, Error> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let values = vec![account.to_string().into(), json(users), now.micros().into()];
    let rows: Vec<Bereft> = TAKE_PRODUCTS.query(conn, values).await?;
    let read = |row: Bereft| Ok((row.id.parse().map_err(broken("users.id"))?, row.seat_version));
    rows.into_iter().map(read).collect()
}
