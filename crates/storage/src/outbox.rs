//! The outbox: messages written in the transaction that they tell about, delivered afterwards by the relay.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Value};
use sea_orm_migration::SchemaManager;
use serde::Serialize;
use types::Timestamp;

use crate::error::StorageError;
use crate::sql::{Sql, json};
use crate::trace::TraceParent;

/// One thing to tell another service. It holds nothing secret: it lies in a table in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about; topics are delivered independently of each other.
    pub topic: String,
    /// What makes a repetition recognisable to the receiver.
    pub key: String,
    /// The content.
    pub payload: serde_json::Value,
    /// The trace that it belongs to, if it belongs to one.
    pub trace: Option<TraceParent>,
}

impl Message {
    /// A message with `payload` as its content, which belongs to the present trace.
    ///
    /// # Errors
    /// When the payload cannot be written as JSON: a mistake in its type.
    pub fn new(topic: &str, key: impl ToString, payload: &impl Serialize) -> Result<Self, StorageError> {
        let unwritable = |error: serde_json::Error| StorageError::Other(DbErr::Json(error.to_string()));
        Ok(Self {
            topic: topic.to_owned(),
            key: key.to_string(),
            payload: serde_json::to_value(payload).map_err(unwritable)?,
            trace: TraceParent::current(),
        })
    }

    /// The same message, of another trace: that of the request it comes from, when many are worked on together.
    #[must_use]
    pub fn of(mut self, trace: Option<TraceParent>) -> Self {
        self.trace = trace;
        self
    }
}

/// By whom messages are being delivered, and for how long nobody else does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lease<'a> {
    pub(crate) owner: &'a str,
    pub(crate) until: Timestamp,
}

/// What lies in an outbox, or of one topic in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages still to be delivered, those under way included.
    pub waiting: u64,
    /// Messages set aside for a person to look at.
    pub parked: u64,
    /// When the oldest waiting message was written.
    pub oldest: Option<Timestamp>,
}

/// `next_attempt_time` is when a row may be claimed: a claim pushes it to the end of its lease, a retry to the end of its
/// back-off. One column, hence one index, for both.
const CREATE_POSTGRES: &str = "
    CREATE TABLE outbox (
        id BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        payload TEXT NOT NULL,
        create_time BIGINT NOT NULL,
        next_attempt_time BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        owner TEXT,
        last_error TEXT,
        park_time BIGINT
    );
    CREATE INDEX outbox_next_attempt_time_idx ON outbox (next_attempt_time, topic) WHERE park_time IS NULL";

const CREATE_SQLITE: &str = "
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        payload TEXT NOT NULL,
        create_time INTEGER NOT NULL,
        next_attempt_time INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        owner TEXT,
        last_error TEXT,
        park_time INTEGER
    );
    CREATE INDEX outbox_next_attempt_time_idx ON outbox (next_attempt_time, topic) WHERE park_time IS NULL";

/// Ids are given in the order of the rows.
const APPEND: Sql = Sql {
    postgres: "
        INSERT INTO outbox (topic, key, payload, trace_parent, create_time, next_attempt_time, owner, attempts)
        SELECT r.topic, r.key, r.payload, r.trace_parent, $2, $3, $4, $5
        FROM json_to_recordset($1::json) AS r(topic text, key text, payload text, trace_parent text)
        RETURNING id",
    sqlite: "
        INSERT INTO outbox (topic, key, payload, trace_parent, create_time, next_attempt_time, owner, attempts)
        SELECT value->>'topic', value->>'key', value->>'payload', value->>'trace_parent', $2, $3, $4, $5
        FROM json_each($1)
        RETURNING id",
};

const DEPTHS: &str = "
    SELECT topic,
           count(CASE WHEN park_time IS NULL THEN 1 END) AS waiting,
           count(park_time) AS parked,
           min(CASE WHEN park_time IS NULL THEN create_time END) AS oldest
    FROM outbox GROUP BY topic";

const ADD_TRACE_PARENT: &str = "ALTER TABLE outbox ADD COLUMN trace_parent TEXT";
const DROP_TRACE_PARENT: &str = "ALTER TABLE outbox DROP COLUMN trace_parent";

/// Creates the table `outbox`, from a service's migration.
pub async fn create_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    manager
        .get_connection()
        .execute_unprepared(if sqlite { CREATE_SQLITE } else { CREATE_POSTGRES })
        .await?;
    Ok(())
}

/// Adds the trace that each message belongs to, from a service's later migration.
pub async fn add_trace_parent(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(ADD_TRACE_PARENT).await?;
    Ok(())
}

/// Takes the traces away again, from a service's migration.
pub async fn drop_trace_parent(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(DROP_TRACE_PARENT).await?;
    Ok(())
}

/// Drops the table `outbox`, from a service's migration.
pub async fn drop_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared("DROP TABLE outbox").await?;
    Ok(())
}

/// Appends `messages` in one statement, within the transaction `tx` that they tell about. Wake the relay after its commit.
pub async fn append(tx: &impl ConnectionTrait, now: Timestamp, messages: &[Message]) -> Result<(), StorageError> {
    insert(tx, now, None, messages).await.map(drop)
}

/// The same, and nobody else claims them before the lease ends; answers their ids.
pub(crate) async fn append_leased(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    lease: Lease<'_>,
    messages: &[Message],
) -> Result<Vec<i64>, StorageError> {
    insert(tx, now, Some(lease), messages).await
}

async fn insert(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    lease: Option<Lease<'_>>,
    messages: &[Message],
) -> Result<Vec<i64>, StorageError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = messages.iter().map(Row::from).collect();
    let values = vec![
        json(&rows),
        Value::from(now.micros()),
        Value::from(lease.map_or(now, |lease| lease.until).micros()),
        Value::from(lease.map(|lease| lease.owner.to_owned())),
        Value::from(i64::from(lease.is_some())),
    ];
    let rows: Vec<Appended> = APPEND.query(tx, values).await?;
    let mut ids: Vec<i64> = rows.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Counts what lies in the outbox, for tests.
pub async fn depth(conn: &impl ConnectionTrait) -> Result<Depth, StorageError> {
    let depths = depths(conn).await?;
    Ok(depths.into_values().fold(Depth::default(), |sum, depth| Depth {
        waiting: sum.waiting + depth.waiting,
        parked: sum.parked + depth.parked,
        oldest: sum.oldest.into_iter().chain(depth.oldest).min(),
    }))
}

/// Counts what lies in the outbox by topic, for metrics. A topic of which nothing lies there is left out.
pub async fn depths(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, Depth>, StorageError> {
    let depths = Sql {
        postgres: DEPTHS,
        sqlite: DEPTHS,
    };
    let rows: Vec<Counts> = depths.query(conn, Vec::new()).await?;
    let depth = |counts: Counts| {
        let depth = Depth {
            waiting: counts.waiting.unsigned_abs(),
            parked: counts.parked.unsigned_abs(),
            oldest: counts.oldest.map(Timestamp::from_micros),
        };
        (counts.topic, depth)
    };
    Ok(rows.into_iter().map(depth).collect())
}

#[derive(Serialize)]
struct Row<'m> {
    topic: &'m str,
    key: &'m str,
    payload: String,
    trace_parent: Option<&'m str>,
}

impl<'m> From<&'m Message> for Row<'m> {
    fn from(message: &'m Message) -> Self {
        Self {
            topic: &message.topic,
            key: &message.key,
            payload: message.payload.to_string(),
            trace_parent: message.trace.as_ref().map(TraceParent::as_str),
        }
    }
}

#[derive(FromQueryResult)]
struct Appended {
    id: i64,
}

#[derive(FromQueryResult)]
struct Counts {
    topic: String,
    waiting: i64,
    parked: i64,
    oldest: Option<i64>,
}
