//! The rows of imported files with which nothing was done.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::ImportId;

use super::broken;
use crate::domain::error::Error;
use crate::domain::import::ImportFailure;

#[derive(Serialize, FromQueryResult)]
struct Row {
    row_number: i64,
    line: i64,
    cells: String,
    violations: String,
}

const INSERT: Sql = Sql {
    postgres: "INSERT INTO import_failures (import_id, row_number, line, cells, violations)
        SELECT $2::text, row_number, line, cells, violations
        FROM json_to_recordset($1::json) AS r(row_number bigint, line bigint, cells text, violations text)",
    sqlite: "INSERT INTO import_failures (import_id, row_number, line, cells, violations)
        SELECT $2, value->>'row_number', value->>'line', value->>'cells', value->>'violations' FROM json_each($1)",
};

/// Adds rows.
pub async fn insert(conn: &impl ConnectionTrait, import: ImportId, failures: &[ImportFailure]) -> Result<(), Error> {
    if failures.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = failures.iter().map(write).collect::<Result<_, _>>()?;
    INSERT
        .execute(conn, vec![json(&rows), import.to_string().into()])
        .await?;
    Ok(())
}

const LIST_TEXT: &str = "SELECT row_number, line, cells, violations FROM import_failures
    WHERE import_id = $1 AND row_number > $2 ORDER BY row_number LIMIT $3";
const LIST: Sql = Sql {
    postgres: LIST_TEXT,
    sqlite: LIST_TEXT,
};

/// The rows after a number.
pub async fn list(
    conn: &impl ConnectionTrait,
    import: ImportId,
    after: i64,
    limit: i64,
) -> Result<Vec<ImportFailure>, Error> {
    let values = vec![import.to_string().into(), after.into(), limit.into()];
    let rows: Vec<Row> = LIST.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

const DELETE_TEXT: &str = "DELETE FROM import_failures WHERE import_id = $1";
const DELETE: Sql = Sql {
    postgres: DELETE_TEXT,
    sqlite: DELETE_TEXT,
};

/// Forgets the rows of an import.
pub async fn delete(conn: &impl ConnectionTrait, import: ImportId) -> Result<(), StorageError> {
    DELETE.execute(conn, vec![import.to_string().into()]).await.map(drop)
}

const FORGET_TEXT: &str =
    "DELETE FROM import_failures WHERE NOT EXISTS (SELECT 1 FROM imports i WHERE i.id = import_failures.import_id)";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets the rows of imports that are forgotten.
pub async fn forget(conn: &impl ConnectionTrait) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![]).await
}

fn write(failure: &ImportFailure) -> Result<Row, Error> {
    Ok(Row {
        row_number: failure.row,
        line: failure.line,
        cells: serde_json::to_string(&failure.cells).map_err(broken("import_failures.cells"))?,
        violations: serde_json::to_string(&failure.violations).map_err(broken("import_failures.violations"))?,
    })
}

fn read(row: Row) -> Result<ImportFailure, Error> {
    Ok(ImportFailure {
        row: row.row_number,
        line: row.line,
        cells: serde_json::from_str(&row.cells).map_err(broken("import_failures.cells"))?,
        violations: serde_json::from_str(&row.violations).map_err(broken("import_failures.violations"))?,
    })
}
