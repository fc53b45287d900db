//! The database's own clock, for deadlines that several processes must judge alike.

use sea_orm::{ConnectionTrait, FromQueryResult};
use types::Timestamp;

use crate::error::StorageError;
use crate::sql::Sql;

/// `clock_timestamp()` and not `now()`, which stands still within a transaction.
const NOW: Sql = Sql {
    postgres: "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros",
    sqlite: "SELECT CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000 AS micros",
};

#[derive(FromQueryResult)]
struct Now {
    micros: i64,
}

/// The present by the database's clock (to the microsecond on PostgreSQL, to the millisecond on SQLite).
pub async fn now(conn: &impl ConnectionTrait) -> Result<Timestamp, StorageError> {
    let row = NOW.query_one::<Now>(conn, Vec::new()).await?;
    row.map(|now| Timestamp::from_micros(now.micros))
        .ok_or(StorageError::Lost("the clock gave no row"))
}
