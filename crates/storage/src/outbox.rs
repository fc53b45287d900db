//! The outbox: messages written in the transaction that they tell about, delivered afterwards by the relay.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Value};
use sea_orm_migration::SchemaManager;
use serde::Serialize;
use types::Timestamp;

use crate::error::StorageError;
use crate::sql::{Sql, json};

/// One thing to tell another service. It holds nothing secret: it lies in a table in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about; topics are delivered independently of each other.
    pub topic: String,
    /// What makes a repetition recognisable to the receiver.
    pub key: String,
    /// The content.
    pub payload: serde_json::Value,
}

impl Message {
    /// A message with `payload` as its content.
    ///
    /// # Errors
    /// When the payload cannot be written as JSON: a mistake in its type.
    pub fn new(topic: &str, key: impl ToString, payload: &impl Serialize) -> Result<Self, StorageError> {
        let unwritable = |error: serde_json::Error| StorageError::Other(DbErr::Json(error.to_string()));
        Ok(Self {
            topic: topic.to_owned(),
            key: key.to_string(),
            payload: serde_json::to_value(payload).map_err(unwritable)?,
        })
    }
}

/// What lies in an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

const APPEND: Sql = Sql {
    postgres: "
        INSERT INTO outbox (topic, key, payload, create_time, next_attempt_time, attempts)
        SELECT r.topic, r.key, r.payload, $2, $2, 0
        FROM json_to_recordset($1::json) AS r(topic text, key text, payload text)",
    sqlite: "
        INSERT INTO outbox (topic, key, payload, create_time, next_attempt_time, attempts)
        SELECT value->>'topic', value->>'key', value->>'payload', $2, $2, 0
        FROM json_each($1)",
};

const DEPTH: &str = "
    SELECT count(CASE WHEN park_time IS NULL THEN 1 END) AS waiting,
           count(park_time) AS parked,
           min(CASE WHEN park_time IS NULL THEN create_time END) AS oldest
    FROM outbox";

/// Creates the table `outbox`, from a service's migration.
pub async fn create_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    manager
        .get_connection()
        .execute_unprepared(if sqlite { CREATE_SQLITE } else { CREATE_POSTGRES })
        .await?;
    Ok(())
}

/// Drops the table `outbox`, from a service's migration.
pub async fn drop_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared("DROP TABLE outbox").await?;
    Ok(())
}

/// Appends `messages` in one statement, within the transaction `tx` that they tell about. Wake the relay after its commit.
pub async fn append(tx: &impl ConnectionTrait, now: Timestamp, messages: &[Message]) -> Result<(), StorageError> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = messages.iter().map(Row::from).collect();
    APPEND.execute(tx, vec![json(&rows), Value::from(now.micros())]).await?;
    Ok(())
}

/// Counts what lies in the outbox, for metrics and for tests.
pub async fn depth(conn: &impl ConnectionTrait) -> Result<Depth, StorageError> {
    let counts = Sql {
        postgres: DEPTH,
        sqlite: DEPTH,
    }
    .query_one::<Counts>(conn, Vec::new())
    .await?;
    let counts = counts.ok_or(StorageError::Lost("the outbox was not counted"))?;
    Ok(Depth {
        waiting: counts.waiting.unsigned_abs(),
        parked: counts.parked.unsigned_abs(),
        oldest: counts.oldest.map(Timestamp::from_micros),
    })
}

#[derive(Serialize)]
struct Row<'m> {
    topic: &'m str,
    key: &'m str,
    payload: String,
}

impl<'m> From<&'m Message> for Row<'m> {
    fn from(message: &'m Message) -> Self {
        Self {
            topic: &message.topic,
            key: &message.key,
            payload: message.payload.to_string(),
        }
    }
}

#[derive(FromQueryResult)]
struct Counts {
    waiting: i64,
    parked: i64,
    oldest: Option<i64>,
}
