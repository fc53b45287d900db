//! The audit log: who did what, on whom, when and from where.

use sea_orm::ConnectionTrait;
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, AuditEventId, Timestamp};

/// An entry.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub id: AuditEventId,
    /// Whose log.
    pub account_id: AccountId,
    /// Who did it: a user's id, or a service's name.
    pub actor_id: String,
    /// What was done: `user.invite`, `session.begin`, …
    pub action: &'static str,
    /// On whom.
    pub subject_id: String,
    /// By which request.
    pub request_id: Option<String>,
    /// From which network address.
    pub source: Option<String>,
    /// When.
    pub create_time: Timestamp,
}

const INSERT: Sql = Sql {
    postgres: "INSERT INTO audit_events (id, account_id, actor_id, action, subject_id, request_id, source, create_time)
        SELECT id, account_id, actor_id, action, subject_id, request_id, source, create_time
        FROM json_to_recordset($1::json) AS r(id text, account_id text, actor_id text, action text, subject_id text,
            request_id text, source text, create_time bigint)",
    sqlite: "INSERT INTO audit_events (id, account_id, actor_id, action, subject_id, request_id, source, create_time)
        SELECT value->>'id', value->>'account_id', value->>'actor_id', value->>'action', value->>'subject_id',
            value->>'request_id', value->>'source', value->>'create_time'
        FROM json_each($1)",
};

/// Adds entries.
pub async fn insert(conn: &impl ConnectionTrait, rows: &[Row]) -> Result<(), StorageError> {
    if !rows.is_empty() {
        INSERT.execute(conn, vec![json(rows)]).await?;
    }
    Ok(())
}
