//! Accounts' own words in the table `wordings`: each version is written once and never changed, but for the time at which it
//! came last.

use std::time::Duration;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::Timestamp;

use crate::domain::{Wording, WordingKey};

const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO wordings (id, version, account_id, translations, create_time)
        SELECT id, version, account_id, translations, $2::bigint
        FROM json_to_recordset($1::json) AS r(id text, version bigint, account_id text, translations text)
        ON CONFLICT (id, version) DO UPDATE SET create_time = excluded.create_time
        WHERE wordings.create_time < excluded.create_time - $3",
    sqlite: "
        INSERT INTO wordings (id, version, account_id, translations, create_time)
        SELECT value->>'id', value->>'version', value->>'account_id', value->>'translations', $2
        FROM json_each($1)
        WHERE true
        ON CONFLICT (id, version) DO UPDATE SET create_time = excluded.create_time
        WHERE wordings.create_time < excluded.create_time - $3",
};

const PURGE_TEXT: &str = "
    DELETE FROM wordings WHERE (id, version) IN (
        SELECT id, version FROM wordings
        WHERE create_time < $1 AND NOT EXISTS (
            SELECT 1 FROM mails
            WHERE next_attempt_time IS NOT NULL AND wording_id = wordings.id AND wording_version = wordings.version)
        LIMIT $2)";
const PURGE: Sql = Sql {
    postgres: PURGE_TEXT,
    sqlite: PURGE_TEXT,
};

/// How exactly it is known when words came last: they come with every batch of mails, and are seldom written for that.
const ACCURACY: Duration = Duration::from_secs(60 * 60);

const FIND_TEXT: &str = "SELECT account_id, translations FROM wordings WHERE id = $1 AND version = $2";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    version: i64,
    account_id: String,
    translations: String,
}

#[derive(FromQueryResult)]
struct Found {
    account_id: String,
    translations: String,
}

/// Adds words that are not there yet.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    wordings: &[Wording],
    now: Timestamp,
) -> Result<(), StorageError> {
    if wordings.is_empty() {
        return Ok(());
    }
    let rows = wordings.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    let accuracy = i64::try_from(ACCURACY.as_micros()).unwrap_or(i64::MAX);
    let values = vec![json(&rows), Value::from(now.micros()), Value::from(accuracy)];
    INSERT.execute(conn, values).await.map(drop)
}

/// Forgets up to `most` words that no mail has come with since `before`, and that none waits with.
pub(crate) async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![before.micros().into(), most.into()]).await
}

/// One version of an account's own words.
pub(crate) async fn find(conn: &impl ConnectionTrait, key: &WordingKey) -> Result<Option<Wording>, StorageError> {
    let values = vec![Value::from(key.id.as_str()), Value::from(key.version)];
    let found: Option<Found> = FIND.query_one(conn, values).await?;
    found.map(|row| read(row, key)).transpose()
}

fn write(wording: &Wording) -> Result<Row<'_>, StorageError> {
    Ok(Row {
        id: &wording.key.id,
        version: wording.key.version,
        account_id: wording.account.to_string(),
        translations: serde_json::to_string(&wording.translations)
            .map_err(|error| unreadable("translations", error))?,
    })
}

fn read(row: Found, key: &WordingKey) -> Result<Wording, StorageError> {
    Ok(Wording {
        key: key.clone(),
        account: row
            .account_id
            .parse()
            .map_err(|error| unreadable("account_id", error))?,
        translations: serde_json::from_str(&row.translations).map_err(|error| unreadable("translations", error))?,
    })
}

fn unreadable(column: &str, problem: impl std::fmt::Display) -> StorageError {
    sea_orm::DbErr::Type(format!("wordings.{column}: {problem}")).into()
}
