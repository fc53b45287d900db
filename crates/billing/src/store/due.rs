//! The accounts for which something is due, as a table's own statement finds them.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use storage::{Sql, StorageError};
use types::{AccountId, Timestamp};

use super::unreadable;

#[derive(FromQueryResult)]
struct Due {
    account_id: String,
}

/// What `text` finds with the present as `$1` and a limit as `$2`.
pub(super) async fn due(
    conn: &impl ConnectionTrait,
    text: &'static str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<AccountId>, StorageError> {
    let statement = Sql {
        postgres: text,
        sqlite: text,
    };
    let values = vec![Value::from(now.micros()), Value::from(i64::from(limit))];
    let rows: Vec<Due> = statement.query(conn, values).await?;
    let read = |row: Due| row.account_id.parse().map_err(|error| unreadable("account_id", error));
    rows.into_iter().map(read).collect()
}
