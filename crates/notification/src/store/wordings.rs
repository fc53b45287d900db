//! Accounts' own words in the table `wordings`: each version is written once and never changed.

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
        ON CONFLICT (id, version) DO NOTHING",
    sqlite: "
        INSERT INTO wordings (id, version, account_id, translations, create_time)
        SELECT value->>'id', value->>'version', value->>'account_id', value->>'translations', $2
        FROM json_each($1)
        WHERE true
        ON CONFLICT (id, version) DO NOTHING",
};

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
    INSERT
        .execute(conn, vec![json(&rows), Value::from(now.micros())])
        .await?;
    Ok(())
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
