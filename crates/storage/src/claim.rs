//! How the relay takes messages from the outbox and hands them back: leases, guarded by an owner token of each claim.

use sea_orm::{FromQueryResult, Value};
use serde::Serialize;
use types::Timestamp;

use crate::database::Database;
use crate::error::StorageError;
use crate::outbox::Message;
use crate::sql::{Sql, json};
use crate::trace::TraceParent;

/// By due time, skipping what others hold; never by `id > last`, which loses the rows of transactions that commit late.
const CLAIM: Sql = Sql {
    postgres: "
        WITH due AS (
            SELECT id FROM outbox
            WHERE park_time IS NULL AND next_attempt_time <= $1
              AND topic NOT IN (SELECT json_array_elements_text($2::json))
            ORDER BY next_attempt_time LIMIT $3
            FOR UPDATE SKIP LOCKED)
        UPDATE outbox SET owner = $4, next_attempt_time = $5, attempts = attempts + 1
        FROM due WHERE outbox.id = due.id
        RETURNING outbox.id, outbox.topic, outbox.key, outbox.payload, outbox.trace_parent, outbox.attempts",
    sqlite: "
        UPDATE outbox SET owner = $4, next_attempt_time = $5, attempts = attempts + 1
        WHERE id IN (
            SELECT id FROM outbox
            WHERE park_time IS NULL AND next_attempt_time <= $1
              AND topic NOT IN (SELECT value FROM json_each($2))
            ORDER BY next_attempt_time LIMIT $3)
        RETURNING id, topic, key, payload, trace_parent, attempts",
};

const DELETE: Sql = Sql {
    postgres: "
        DELETE FROM outbox USING json_to_recordset($1::json) AS r(id bigint)
        WHERE outbox.id = r.id AND outbox.owner = $2",
    sqlite: "
        DELETE FROM outbox
        WHERE owner = $2 AND id IN (SELECT value->>'id' FROM json_each($1))",
};

const POSTPONE: Sql = Sql {
    postgres: "
        UPDATE outbox SET owner = NULL, next_attempt_time = r.next_attempt_time, last_error = r.reason
        FROM json_to_recordset($1::json) AS r(id bigint, next_attempt_time bigint, reason text)
        WHERE outbox.id = r.id AND outbox.owner = $2",
    sqlite: "
        UPDATE outbox SET owner = NULL, next_attempt_time = r.next_attempt_time, last_error = r.reason
        FROM (SELECT value->>'id' AS id, value->>'next_attempt_time' AS next_attempt_time, value->>'reason' AS reason
              FROM json_each($1)) AS r
        WHERE outbox.id = r.id AND outbox.owner = $2",
};

const PARK: Sql = Sql {
    postgres: "
        UPDATE outbox SET owner = NULL, park_time = $3, last_error = r.reason
        FROM json_to_recordset($1::json) AS r(id bigint, reason text)
        WHERE outbox.id = r.id AND outbox.owner = $2",
    sqlite: "
        UPDATE outbox SET owner = NULL, park_time = $3, last_error = r.reason
        FROM (SELECT value->>'id' AS id, value->>'reason' AS reason FROM json_each($1)) AS r
        WHERE outbox.id = r.id AND outbox.owner = $2",
};

/// A message on loan.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) id: i64,
    /// How often it has been claimed, this time included.
    pub(crate) attempts: u64,
    pub(crate) message: Message,
}

/// What one claim brought: all rows carry the same owner token.
pub(crate) struct Claim {
    pub(crate) owner: String,
    pub(crate) rows: Vec<Claimed>,
    /// When they are anybody's again.
    pub(crate) until: Timestamp,
}

/// A message to be tried again.
#[derive(Serialize)]
pub(crate) struct Postponed {
    pub(crate) id: i64,
    pub(crate) next_attempt_time: Timestamp,
    pub(crate) reason: String,
}

/// A message to be set aside.
#[derive(Serialize)]
pub(crate) struct Parked {
    pub(crate) id: i64,
    pub(crate) reason: String,
}

#[derive(Serialize)]
struct Done {
    id: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    topic: String,
    key: String,
    payload: String,
    trace_parent: Option<String>,
    attempts: i64,
}

/// Takes up to `limit` due messages, none of the topics in `except`, until `lease_end`.
pub(crate) async fn claim(
    db: &Database,
    now: Timestamp,
    lease_end: Timestamp,
    except: &[&str],
    limit: u32,
) -> Result<Claim, StorageError> {
    let owner = owner();
    let values = vec![
        Value::from(now.micros()),
        json(except),
        Value::from(i64::from(limit)),
        Value::from(owner.clone()),
        Value::from(lease_end.micros()),
    ];
    let rows: Vec<Row> = CLAIM.query(db.writer(), values).await?;
    Ok(Claim {
        owner,
        rows: rows.into_iter().map(Claimed::from).collect(),
        until: lease_end,
    })
}

/// A token per claim and not per relay: an attempt that outlived its lease must not finish its own successor.
pub(crate) fn owner() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Forgets delivered messages; answers how many were still this owner's.
pub(crate) async fn delete(db: &Database, owner: &str, ids: &[i64]) -> Result<u64, StorageError> {
    let rows: Vec<_> = ids.iter().map(|&id| Done { id }).collect();
    DELETE.execute(db.writer(), vec![json(&rows), Value::from(owner)]).await
}

/// Gives messages back for a later attempt; answers how many were still this owner's.
pub(crate) async fn postpone(db: &Database, owner: &str, rows: &[Postponed]) -> Result<u64, StorageError> {
    POSTPONE
        .execute(db.writer(), vec![json(rows), Value::from(owner)])
        .await
}

/// Sets messages aside; answers how many were still this owner's.
pub(crate) async fn park(db: &Database, owner: &str, now: Timestamp, rows: &[Parked]) -> Result<u64, StorageError> {
    PARK.execute(
        db.writer(),
        vec![json(rows), Value::from(owner), Value::from(now.micros())],
    )
    .await
}

impl From<Row> for Claimed {
    fn from(row: Row) -> Self {
        // Only a hand in the table can have broken the payload; the text as it stands is then for the receiver to refuse.
        let payload = serde_json::from_str(&row.payload).unwrap_or(serde_json::Value::String(row.payload));
        Self {
            id: row.id,
            attempts: row.attempts.unsigned_abs(),
            message: Message {
                topic: row.topic,
                key: row.key,
                payload,
                trace: row.trace_parent.and_then(TraceParent::from_text),
            },
        }
    }
}
