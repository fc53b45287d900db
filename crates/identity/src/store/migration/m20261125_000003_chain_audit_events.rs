//! The audit log becomes a chain: numbered per account, each event sealed with the hash of the one before.

use std::collections::BTreeMap;

use ::types::{AccountId, AuditEventId, InvalidId, Timestamp};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::FromQueryResult;
use storage::Sql;

use crate::domain::audit::{Event, Head, Outcome};

/// Rebuilds `audit_events`, sealing what is there already, and creates `audit_heads`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE audit_events_kept AS SELECT * FROM audit_events;
DROP TABLE audit_events;
CREATE TABLE audit_events (
    account_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    id TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT NOT NULL,
    source TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_events_pkey PRIMARY KEY (account_id, sequence),
    CONSTRAINT audit_events_id_key UNIQUE (id)
);
CREATE INDEX audit_events_account_id_subject_id_idx ON audit_events (account_id, subject_id, sequence);
CREATE TABLE audit_heads (
    account_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_heads_pkey PRIMARY KEY (account_id)
);
INSERT INTO audit_heads (account_id, sequence, hash) SELECT id, 0, '' FROM accounts;
";

const DOWN: &str = "
DROP TABLE audit_heads;
CREATE TABLE audit_events_kept AS SELECT * FROM audit_events;
DROP TABLE audit_events;
CREATE TABLE audit_events (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    request_id TEXT,
    source TEXT,
    create_time BIGINT NOT NULL,
    CONSTRAINT audit_events_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_events_account_id_id_idx ON audit_events (account_id, id);
INSERT INTO audit_events (id, account_id, actor_id, action, subject_id, request_id, source, create_time)
SELECT id, account_id, actor_id, action, subject_id, nullif(request_id, ''), nullif(source, ''), create_time
FROM audit_events_kept;
DROP TABLE audit_events_kept;
";

const KEPT_TEXT: &str = "SELECT id, account_id, actor_id, action, subject_id, request_id, source, create_time
    FROM audit_events_kept ORDER BY account_id, id";
const KEPT: Sql = Sql {
    postgres: KEPT_TEXT,
    sqlite: KEPT_TEXT,
};

const SEAL_TEXT: &str =
    "INSERT INTO audit_events (account_id, sequence, id, actor_id, on_behalf_of, action, subject_id,
        before, after, outcome, request_id, source, create_time, hash)
    VALUES ($1, $2, $3, $4, '', $5, $6, '', '', $7, $8, $9, $10, $11)";
const SEAL: Sql = Sql {
    postgres: SEAL_TEXT,
    sqlite: SEAL_TEXT,
};

const HEAD_TEXT: &str = "UPDATE audit_heads SET sequence = $2, hash = $3 WHERE account_id = $1";
const HEAD: Sql = Sql {
    postgres: HEAD_TEXT,
    sqlite: HEAD_TEXT,
};

#[derive(FromQueryResult)]
struct Kept {
    id: String,
    account_id: String,
    actor_id: String,
    action: String,
    subject_id: String,
    request_id: Option<String>,
    source: Option<String>,
    create_time: i64,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        conn.execute_unprepared(UP).await?;
        seal(conn).await.map_err(|error| DbErr::Migration(error.to_string()))?;
        conn.execute_unprepared("DROP TABLE audit_events_kept").await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}

async fn seal(conn: &SchemaManagerConnection<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let kept: Vec<Kept> = KEPT.query(conn, vec![]).await?;
    let mut heads = BTreeMap::<AccountId, Head>::new();
    for row in kept {
        let event = read(row)?;
        let head = heads.entry(event.account_id).or_default();
        *head = head.next(&event);
        let values = vec![
            event.account_id.to_string().into(),
            head.sequence.into(),
            event.id.to_string().into(),
            event.actor_id.into(),
            event.action.into_owned().into(),
            event.subject_id.into(),
            event.outcome.as_str().into(),
            event.request_id.into(),
            event.source.into(),
            event.create_time.micros().into(),
            head.hash.clone().into(),
        ];
        SEAL.execute(conn, values).await?;
    }
    for (account, head) in heads {
        let values = vec![account.to_string().into(), head.sequence.into(), head.hash.into()];
        HEAD.execute(conn, values).await?;
    }
    Ok(())
}

fn read(row: Kept) -> Result<Event, InvalidId> {
    Ok(Event {
        id: row.id.parse::<AuditEventId>()?,
        account_id: row.account_id.parse()?,
        actor_id: row.actor_id,
        on_behalf_of: String::new(),
        action: row.action.into(),
        subject_id: row.subject_id,
        before: String::new(),
        after: String::new(),
        outcome: Outcome::Done,
        request_id: row.request_id.unwrap_or_default(),
        source: row.source.unwrap_or_default(),
        create_time: Timestamp::from_micros(row.create_time),
    })
}
