//! The parts in which a file is imported: a request each.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{ImportId, RequestId};

use super::broken;
use crate::domain::admission::SeatQuantity;
use crate::domain::error::Error;
use crate::domain::import::ImportOutcome;

/// A part of a file.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Its number, from 0.
    pub number: i64,
    /// The request by which its people are added.
    pub request_id: RequestId,
    /// The request by which those of its people are changed who are there already.
    pub update_request_id: RequestId,
    /// Whether its seats stay held until the import has ended.
    pub is_held: bool,
    /// The seats that adding needs, as it was foretold.
    pub seats: Vec<SeatQuantity>,
    /// The seats that changing needs, as it was foretold.
    pub update_seats: Vec<SeatQuantity>,
    /// What became of its rows, when they are finished.
    pub outcomes: Option<Vec<ImportOutcome>>,
}

#[derive(Serialize)]
struct Row {
    import_id: ImportId,
    number: i64,
    request_id: String,
    update_request_id: String,
    is_held: bool,
    seats: String,
    update_seats: String,
    outcomes: Option<String>,
}

const INSERT: Sql = Sql {
    postgres: "INSERT INTO import_chunks (import_id, number, request_id, update_request_id, is_held, seats,
            update_seats, outcomes)
        SELECT import_id, number, request_id, update_request_id, is_held, seats, update_seats, outcomes
        FROM json_to_recordset($1::json) AS r(import_id text, number bigint, request_id text, update_request_id text,
            is_held boolean, seats text, update_seats text, outcomes text)",
    sqlite: "INSERT INTO import_chunks (import_id, number, request_id, update_request_id, is_held, seats,
            update_seats, outcomes)
        SELECT value->>'import_id', value->>'number', value->>'request_id', value->>'update_request_id',
            value->>'is_held', value->>'seats', value->>'update_seats', value->>'outcomes'
        FROM json_each($1)",
};

/// Adds a part.
pub async fn insert(conn: &impl ConnectionTrait, import: ImportId, chunk: &Chunk) -> Result<(), Error> {
    let row = Row {
        import_id: import,
        number: chunk.number,
        request_id: chunk.request_id.to_string(),
        update_request_id: chunk.update_request_id.to_string(),
        is_held: chunk.is_held,
        seats: serde_json::to_string(&chunk.seats).map_err(broken("import_chunks.seats"))?,
        update_seats: serde_json::to_string(&chunk.update_seats).map_err(broken("import_chunks.update_seats"))?,
        outcomes: chunk.outcomes.as_deref().map(letters),
    };
    INSERT.execute(conn, vec![json(&[row])]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    number: i64,
    request_id: String,
    update_request_id: String,
    is_held: bool,
    seats: String,
    update_seats: String,
    outcomes: Option<String>,
}

const LIST_TEXT: &str =
    "SELECT number, request_id, update_request_id, is_held, seats, update_seats, outcomes FROM import_chunks
    WHERE import_id = $1 AND number >= $2 ORDER BY number LIMIT $3";
const LIST: Sql = Sql {
    postgres: LIST_TEXT,
    sqlite: LIST_TEXT,
};

/// The parts of a file from a number on.
pub async fn list(conn: &impl ConnectionTrait, import: ImportId, from: i64, limit: i64) -> Result<Vec<Chunk>, Error> {
    let values = vec![import.to_string().into(), from.into(), limit.into()];
    let rows: Vec<Found> = LIST.query(conn, values).await?;
    let read = |row: Found| {
        Ok(Chunk {
            number: row.number,
            request_id: row.request_id.parse().map_err(broken("import_chunks.request_id"))?,
            update_request_id: row
                .update_request_id
                .parse()
                .map_err(broken("import_chunks.update_request_id"))?,
            is_held: row.is_held,
            seats: serde_json::from_str(&row.seats).map_err(broken("import_chunks.seats"))?,
            update_seats: serde_json::from_str(&row.update_seats).map_err(broken("import_chunks.update_seats"))?,
            outcomes: row
                .outcomes
                .map(|letters| letters.chars().filter_map(ImportOutcome::of).collect()),
        })
    };
    rows.into_iter().map(read).collect()
}

const FINISH_TEXT: &str =
    "UPDATE import_chunks SET outcomes = $3 WHERE import_id = $1 AND number = $2 AND outcomes IS NULL";
const FINISH: Sql = Sql {
    postgres: FINISH_TEXT,
    sqlite: FINISH_TEXT,
};

/// Writes what became of a part's rows. False when that is written already.
pub async fn finish(
    conn: &impl ConnectionTrait,
    import: ImportId,
    number: i64,
    outcomes: &[ImportOutcome],
) -> Result<bool, StorageError> {
    let values = vec![import.to_string().into(), number.into(), letters(outcomes).into()];
    FINISH.execute(conn, values).await.map(|changed| changed == 1)
}

const DELETE_TEXT: &str = "DELETE FROM import_chunks WHERE import_id = $1";
const DELETE: Sql = Sql {
    postgres: DELETE_TEXT,
    sqlite: DELETE_TEXT,
};

/// Forgets the parts of a file.
pub async fn delete(conn: &impl ConnectionTrait, import: ImportId) -> Result<(), StorageError> {
    DELETE.execute(conn, vec![import.to_string().into()]).await.map(drop)
}

const LIVE: Sql = Sql {
    postgres: "SELECT c.request_id, c.update_request_id FROM import_chunks c
        JOIN imports i ON i.id = c.import_id AND i.end_time IS NULL
        WHERE c.is_held AND (c.request_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
            OR c.update_request_id = ANY (ARRAY(SELECT json_array_elements_text($1::json))))",
    sqlite: "SELECT c.request_id, c.update_request_id FROM import_chunks c
        JOIN imports i ON i.id = c.import_id AND i.end_time IS NULL
        WHERE c.is_held AND (c.request_id IN (SELECT value FROM json_each($1))
            OR c.update_request_id IN (SELECT value FROM json_each($1)))",
};

#[derive(FromQueryResult)]
struct LiveRow {
    request_id: String,
    update_request_id: String,
}

/// Those of these requests that an import still wants to make, with seats that it holds for all its people.
pub async fn live(conn: &impl ConnectionTrait, request_ids: &[&str]) -> Result<HashSet<String>, StorageError> {
    let rows: Vec<LiveRow> = LIVE.query(conn, vec![json(request_ids)]).await?;
    Ok(rows
        .into_iter()
        .flat_map(|row| [row.request_id, row.update_request_id])
        .collect())
}

const FORGET_TEXT: &str =
    "DELETE FROM import_chunks WHERE NOT EXISTS (SELECT 1 FROM imports i WHERE i.id = import_chunks.import_id)";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets the parts of imports that are forgotten.
pub async fn forget(conn: &impl ConnectionTrait) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![]).await
}

fn letters(outcomes: &[ImportOutcome]) -> String {
    outcomes.iter().map(|outcome| outcome.letter()).collect()
}
