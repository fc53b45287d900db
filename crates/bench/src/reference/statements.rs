//! The writes of adding a user on SQLite, a statement each, in a transaction of their own: with the settings of our services,
//! and without what they do to commit many together.

use std::sync::Arc;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};
use storage::{BoxFuture, Database, StorageError};
use types::RequestId;

use super::tables::ACCOUNTS;
use crate::load::Turn;

const USER: &str =
    "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role,
    state, language, time_zone, settings, products, seat_version, revision, create_time, update_time)
    VALUES ($1, $2, $3, $3, 'Ada', 'Lovelace', 'ada', 'lovelace ada', 'MEMBER', 'INVITED', 'en', 'UTC', '{}',
    '[\"training\"]', 1, 1, 1764000000000000, 1764000000000000)";
const INVITATION: &str =
    "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language,
    time_zone, products, generation, token_hash, inviter_id, create_time, expire_time, last_send_time)
    VALUES ($1, $2, $3, 'JOIN', 'PENDING', $4, $4, 'MEMBER', 'en', 'UTC', '[\"training\"]', 1, $5, 'usr_1',
    1764000000000000, 1764600000000000, 1764000000000000)";
const MESSAGE: &str = "INSERT INTO outbox (topic, key, payload, create_time, next_attempt_time, attempts)
    VALUES ('invitation.mail', $1, $2, 1764000000000000, 1764000000000000, 0)";
const SEAT: &str = "UPDATE seat_pools SET assigned = assigned + 1
    WHERE account_id = $1 AND product = 'training' AND assigned + reserved + 1 <= seats";

/// Adds one user.
pub async fn add(database: &Arc<Database>, turn: Turn) -> Result<()> {
    let account = format!("acc_{}", turn.number % ACCOUNTS + 1);
    let id = RequestId::new().to_string().replace('-', "");
    let added = database.transaction(move |tx| -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            let (user, invitation) = (format!("usr_{id}"), format!("inv_{id}"));
            let email = format!("ada-{id}@example.com");
            let payload = serde_json::json!({
                "account_id": account, "invitation_id": invitation, "generation": 1, "kind": "JOIN", "to": email,
                "given_name": "Ada", "family_name": "Lovelace", "language": "en", "account_name": "Analytical Engines",
                "inviter_name": "Olivia Owner", "products": ["training"], "expire_time": 1_764_600_000_000_000_i64,
            });
            let hash = format!("{id}{id}");
            run(tx, USER, [user.clone(), account.clone(), email.clone()]).await?;
            run(tx, INVITATION, [invitation.clone(), account.clone(), user, email, hash]).await?;
            run(tx, MESSAGE, [invitation, payload.to_string()]).await?;
            run(tx, SEAT, [account]).await
        })
    });
    Ok(added.await?)
}

/// Runs a statement that changes one row.
async fn run<const N: usize>(tx: &DatabaseTransaction, sql: &str, values: [String; N]) -> Result<(), StorageError> {
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values.map(Value::from));
    match tx.execute_raw(statement).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Lost("a statement did not change one row")),
    }
}
