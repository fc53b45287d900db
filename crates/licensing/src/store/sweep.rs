//! Claims on reservations whose deadline has passed, so that replicas share the work of settling them.

use std::time::Duration;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, StorageError, json};

use super::unreadable;
use crate::domain::reservation::ReservationKey;

/// A reservation that is nobody else's to settle for as long as the lease lasts.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// Which.
    pub key: ReservationKey,
    /// How often it has been claimed, this time included.
    pub sweeps: i64,
}

/// `next_sweep_time` is the deadline at first, then the end of a lease or of a back-off: one column, one index.
const CLAIM: Sql = Sql {
    postgres: "
        WITH present AS MATERIALIZED (
            SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros
        ), due AS MATERIALIZED (
            SELECT account_id, request_id FROM reservations
            WHERE state = 'PENDING' AND next_sweep_time <= (SELECT micros FROM present)
            ORDER BY next_sweep_time LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE reservations t
        SET next_sweep_time = (SELECT micros FROM present) + $1, sweeps = t.sweeps + 1
        FROM due
        WHERE t.account_id = due.account_id AND t.request_id = due.request_id
        RETURNING t.account_id, t.request_id, t.epoch, t.sweeps",
    sqlite: "
        UPDATE reservations
        SET next_sweep_time = CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000 + $1, sweeps = sweeps + 1
        WHERE rowid IN (
            SELECT rowid FROM reservations
            WHERE state = 'PENDING'
                AND next_sweep_time <= CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000
            ORDER BY next_sweep_time LIMIT $2)
        RETURNING account_id, request_id, epoch, sweeps",
};

const POSTPONE: Sql = Sql {
    postgres: "
        UPDATE reservations t
        SET next_sweep_time = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + r.delay
        FROM json_to_recordset($1::json)
            AS r(account_id text, request_id text, epoch bigint, sweeps bigint, delay bigint)
        WHERE t.account_id = r.account_id AND t.request_id = r.request_id
            AND t.epoch = r.epoch AND t.state = 'PENDING' AND t.sweeps = r.sweeps",
    sqlite: "
        UPDATE reservations AS t
        SET next_sweep_time = CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000 + r.value->>'delay'
        FROM json_each($1) AS r
        WHERE t.account_id = r.value->>'account_id' AND t.request_id = r.value->>'request_id'
            AND t.epoch = r.value->>'epoch' AND t.state = 'PENDING' AND t.sweeps = r.value->>'sweeps'",
};

/// Claims up to `most` pending reservations past their deadline for `lease`, by the database's clock.
pub async fn claim(conn: &impl ConnectionTrait, lease: Duration, most: u32) -> Result<Vec<Claimed>, StorageError> {
    let rows: Vec<Row> = CLAIM.query(conn, vec![micros(lease).into(), most.into()]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Gives claims back, each to be made again after its delay. One that somebody else has made since is left alone.
pub async fn postpone(conn: &impl ConnectionTrait, claims: &[(Claimed, Duration)]) -> Result<(), StorageError> {
    let rows: Vec<_> = claims.iter().map(PostponedRow::from).collect();
    POSTPONE.execute(conn, vec![json(&rows)]).await?;
    Ok(())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[derive(FromQueryResult)]
struct Row {
    account_id: String,
    request_id: String,
    epoch: i64,
    sweeps: i64,
}

impl Row {
    fn read(self) -> Result<Claimed, StorageError> {
        let key = ReservationKey::read(&self.account_id, &self.request_id, self.epoch);
        Ok(Claimed {
            key: key.map_err(|_| unreadable("reservations key"))?,
            sweeps: self.sweeps,
        })
    }
}

#[derive(Serialize)]
struct PostponedRow {
    account_id: String,
    request_id: String,
    epoch: i64,
    sweeps: i64,
    delay: i64,
}

impl From<&(Claimed, Duration)> for PostponedRow {
    fn from((claimed, delay): &(Claimed, Duration)) -> Self {
        Self {
            account_id: claimed.key.request.account.to_string(),
            request_id: claimed.key.request.request.to_string(),
            epoch: claimed.key.epoch,
            sweeps: claimed.sweeps,
            delay: micros(*delay),
        }
    }
}
