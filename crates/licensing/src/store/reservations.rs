//! The table of reservations.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::Timestamp;

use super::{outrun, unreadable};
use crate::domain::reservation::{RequestKey, Reservation, ReservationKey, State};

const LOCK: Sql = Sql {
    postgres: "
        SELECT t.account_id, t.request_id, t.epoch, t.state, t.seats, t.deadline
        FROM json_to_recordset($1::json) AS r(account_id text, request_id text)
        JOIN reservations t ON t.account_id = r.account_id AND t.request_id = r.request_id
        ORDER BY t.account_id, t.request_id
        FOR UPDATE OF t",
    sqlite: "
        SELECT t.account_id, t.request_id, t.epoch, t.state, t.seats, t.deadline
        FROM json_each($1) AS r
        CROSS JOIN reservations t ON t.account_id = r.value->>'account_id' AND t.request_id = r.value->>'request_id'",
};

const FIND: &str = "
    SELECT account_id, request_id, epoch, state, seats, deadline
    FROM reservations WHERE account_id = $1 AND request_id = $2";

/// A released reservation goes on in its next epoch, and in no other.
const PUT: Sql = Sql {
    postgres: "
        INSERT INTO reservations AS t
            (account_id, request_id, epoch, state, seats, deadline, create_time, next_sweep_time, sweeps)
        SELECT r.account_id, r.request_id, r.epoch, 'PENDING', r.seats, r.deadline, $2, r.deadline, 0
        FROM json_to_recordset($1::json)
            AS r(account_id text, request_id text, epoch bigint, seats text, deadline bigint)
        ORDER BY r.account_id, r.request_id
        ON CONFLICT (account_id, request_id) DO UPDATE SET
            epoch = excluded.epoch, state = excluded.state, seats = excluded.seats, deadline = excluded.deadline,
            create_time = excluded.create_time, settle_time = NULL,
            next_sweep_time = excluded.next_sweep_time, sweeps = 0
        WHERE t.state = 'RELEASED' AND t.epoch = excluded.epoch - 1",
    sqlite: "
        INSERT INTO reservations AS t
            (account_id, request_id, epoch, state, seats, deadline, create_time, next_sweep_time, sweeps)
        SELECT value->>'account_id', value->>'request_id', value->>'epoch', 'PENDING', value->>'seats',
            value->>'deadline', $2, value->>'deadline', 0
        FROM json_each($1) WHERE true
        ON CONFLICT (account_id, request_id) DO UPDATE SET
            epoch = excluded.epoch, state = excluded.state, seats = excluded.seats, deadline = excluded.deadline,
            create_time = excluded.create_time, settle_time = NULL,
            next_sweep_time = excluded.next_sweep_time, sweeps = 0
        WHERE t.state = 'RELEASED' AND t.epoch = excluded.epoch - 1",
};

const SETTLE: Sql = Sql {
    postgres: "
        UPDATE reservations t SET state = r.state, settle_time = $2
        FROM json_to_recordset($1::json) AS r(account_id text, request_id text, epoch bigint, state text)
        WHERE t.account_id = r.account_id AND t.request_id = r.request_id
            AND t.epoch = r.epoch AND t.state = 'PENDING'",
    sqlite: "
        UPDATE reservations AS t SET state = r.value->>'state', settle_time = $2
        FROM json_each($1) AS r
        WHERE t.account_id = r.value->>'account_id' AND t.request_id = r.value->>'request_id'
            AND t.epoch = r.value->>'epoch' AND t.state = 'PENDING'",
};

const PURGE: Sql = Sql {
    postgres: "
        DELETE FROM reservations WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM reservations WHERE state <> 'PENDING' AND settle_time < $1
            ORDER BY settle_time LIMIT $2 FOR UPDATE SKIP LOCKED))",
    sqlite: "
        DELETE FROM reservations WHERE rowid IN (
            SELECT rowid FROM reservations WHERE state <> 'PENDING' AND settle_time < $1
            ORDER BY settle_time LIMIT $2)",
};

/// Locks and reads the reservations of these requests, as far as there are any.
pub async fn lock(
    conn: &impl ConnectionTrait,
    keys: impl Iterator<Item = &RequestKey>,
) -> Result<BTreeMap<RequestKey, Reservation>, StorageError> {
    let keys: Vec<_> = keys.map(KeyRow::from).collect();
    let rows: Vec<Row> = LOCK.query(conn, vec![json(&keys)]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Reads one request's reservation.
pub async fn find(
    conn: &impl ConnectionTrait,
    key: &RequestKey,
) -> Result<BTreeMap<RequestKey, Reservation>, StorageError> {
    let values = vec![key.account.to_string().into(), key.request.to_string().into()];
    let find = Sql {
        postgres: FIND,
        sqlite: FIND,
    };
    let row: Option<Row> = find.query_one(conn, values).await?;
    row.into_iter().map(Row::read).collect()
}

/// Writes reservations that are new, or new in their epoch.
pub async fn put(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    made: impl Iterator<Item = (&RequestKey, &Reservation)>,
) -> Result<(), StorageError> {
    let rows: Vec<_> = made.map(MadeRow::read).collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    let written = PUT.execute(tx, vec![json(&rows), Value::from(now.micros())]).await?;
    expect(written, rows.len())
}

/// Settles reservations that were locked and found pending.
pub async fn settle(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    settled: &BTreeMap<ReservationKey, State>,
) -> Result<(), StorageError> {
    if settled.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = settled.iter().map(SettledRow::from).collect();
    let written = SETTLE.execute(tx, vec![json(&rows), Value::from(now.micros())]).await?;
    expect(written, rows.len())
}

/// Forgets up to `most` reservations that were settled before `before`.
pub async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![before.micros().into(), most.into()]).await
}

fn expect(written: u64, rows: usize) -> Result<(), StorageError> {
    if usize::try_from(written) == Ok(rows) {
        Ok(())
    } else {
        Err(outrun("a reservation"))
    }
}

#[derive(FromQueryResult)]
struct Row {
    account_id: String,
    request_id: String,
    epoch: i64,
    state: String,
    seats: String,
    deadline: i64,
}

impl Row {
    fn read(self) -> Result<(RequestKey, Reservation), StorageError> {
        let key = RequestKey::read(&self.account_id, &self.request_id).map_err(|_| unreadable("reservations key"))?;
        let reservation = Reservation {
            epoch: self.epoch,
            state: read_state(&self.state)?,
            seats: serde_json::from_str(&self.seats).map_err(|_| unreadable("reservations.seats"))?,
            deadline: Timestamp::from_micros(self.deadline),
        };
        Ok((key, reservation))
    }
}

#[derive(Serialize)]
struct KeyRow {
    account_id: String,
    request_id: String,
}

impl From<&RequestKey> for KeyRow {
    fn from(key: &RequestKey) -> Self {
        Self {
            account_id: key.account.to_string(),
            request_id: key.request.to_string(),
        }
    }
}

#[derive(Serialize)]
struct MadeRow {
    #[serde(flatten)]
    key: KeyRow,
    epoch: i64,
    seats: String,
    deadline: i64,
}

impl MadeRow {
    fn read((key, made): (&RequestKey, &Reservation)) -> Result<Self, StorageError> {
        Ok(Self {
            key: key.into(),
            epoch: made.epoch,
            seats: serde_json::to_string(&made.seats).map_err(|_| unreadable("reservations.seats"))?,
            deadline: made.deadline.micros(),
        })
    }
}

#[derive(Serialize)]
struct SettledRow {
    #[serde(flatten)]
    key: KeyRow,
    epoch: i64,
    state: &'static str,
}

impl From<(&ReservationKey, &State)> for SettledRow {
    fn from((key, state): (&ReservationKey, &State)) -> Self {
        Self {
            key: (&key.request).into(),
            epoch: key.epoch,
            state: write_state(*state),
        }
    }
}

fn read_state(text: &str) -> Result<State, StorageError> {
    match text {
        "PENDING" => Ok(State::Pending),
        "CONFIRMED" => Ok(State::Confirmed),
        "RELEASED" => Ok(State::Released),
        _ => Err(unreadable("reservations.state")),
    }
}

const fn write_state(state: State) -> &'static str {
    match state {
        State::Pending => "PENDING",
        State::Confirmed => "CONFIRMED",
        State::Released => "RELEASED",
    }
}
