//! Sums over all accounts.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::Timestamp;

use crate::domain::standing::Pending;

/// Reads an index of what is pending, however many reservations there were.
const PENDING: &str =
    "SELECT count(*) AS reservations, min(create_time) AS oldest FROM reservations WHERE state = 'PENDING'";

const FREE: Sql = Sql {
    postgres: "
        SELECT product,
               sum(greatest(least(seats, coalesce(next_seats, seats)) - assigned - reserved, 0))::bigint AS free
        FROM seat_pools GROUP BY product",
    sqlite: "
        SELECT product, sum(max(min(seats, coalesce(next_seats, seats)) - assigned - reserved, 0)) AS free
        FROM seat_pools GROUP BY product",
};

#[derive(FromQueryResult)]
struct PendingRow {
    reservations: i64,
    oldest: Option<i64>,
}

#[derive(FromQueryResult)]
struct FreeRow {
    product: String,
    free: i64,
}

/// What is pending at `now`.
pub async fn pending(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Pending, StorageError> {
    let pending = Sql {
        postgres: PENDING,
        sqlite: PENDING,
    };
    let row: Option<PendingRow> = pending.query_one(conn, Vec::new()).await?;
    Ok(row.map_or_else(Pending::default, |row| Pending {
        reservations: row.reservations.unsigned_abs(),
        oldest: row
            .oldest
            .map(|oldest| now.since(Timestamp::from_micros(oldest)))
            .unwrap_or_default(),
    }))
}

/// The seats that are free, by product.
pub async fn free(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>, StorageError> {
    let rows: Vec<FreeRow> = FREE.query(conn, Vec::new()).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.product, row.free.unsigned_abs()))
        .collect())
}
