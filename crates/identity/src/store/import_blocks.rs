//! Files that are being imported, block by block.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{ImportId, Timestamp};

const INSERT_TEXT: &str = "INSERT INTO import_blocks (import_id, number, content, create_time) VALUES ($1, $2, $3, $4)";
const INSERT: Sql = Sql {
    postgres: INSERT_TEXT,
    sqlite: INSERT_TEXT,
};

/// Adds the block of this number.
pub async fn insert(
    conn: &impl ConnectionTrait,
    import: ImportId,
    number: i64,
    content: Vec<u8>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let values = vec![
        import.to_string().into(),
        number.into(),
        content.into(),
        now.micros().into(),
    ];
    INSERT.execute(conn, values).await.map(drop)
}

const READ_TEXT: &str = "SELECT content FROM import_blocks WHERE import_id = $1 AND number = $2";
const READ: Sql = Sql {
    postgres: READ_TEXT,
    sqlite: READ_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    content: Vec<u8>,
}

/// The block of this number; none after the last.
pub async fn read(conn: &impl ConnectionTrait, import: ImportId, number: i64) -> Result<Option<Vec<u8>>, StorageError> {
    let values = vec![import.to_string().into(), number.into()];
    let row: Option<Row> = READ.query_one(conn, values).await?;
    Ok(row.map(|row| row.content))
}

const DELETE_TEXT: &str = "DELETE FROM import_blocks WHERE import_id = $1";
const DELETE: Sql = Sql {
    postgres: DELETE_TEXT,
    sqlite: DELETE_TEXT,
};

/// Throws a file away.
pub async fn delete(conn: &impl ConnectionTrait, import: ImportId) -> Result<(), StorageError> {
    DELETE.execute(conn, vec![import.to_string().into()]).await.map(drop)
}

const FORGET_TEXT: &str = "DELETE FROM import_blocks
    WHERE create_time < $1 AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.id = import_blocks.import_id)";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Throws away what arrived before a point in time of files whose rest never did; says how many blocks.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}
