//! Imports of people from files: what they are, the files themselves, their parts, and the rows that failed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Creates `imports`, `import_blocks`, `import_chunks` and `import_failures`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE imports (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    options TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    encoding TEXT NOT NULL,
    columns TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    counts TEXT NOT NULL,
    seats TEXT NOT NULL,
    fault TEXT,
    is_cancelled BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    end_time BIGINT,
    lease_owner TEXT,
    lease_until BIGINT,
    CONSTRAINT imports_pkey PRIMARY KEY (id)
);
CREATE INDEX imports_account_id_id_idx ON imports (account_id, id);
CREATE INDEX imports_account_id_fingerprint_idx ON imports (account_id, fingerprint);
CREATE INDEX imports_live_idx ON imports (account_id, id) WHERE end_time IS NULL;
CREATE INDEX imports_end_time_idx ON imports (end_time);
CREATE TABLE import_blocks (
    import_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    content BLOB NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT import_blocks_pkey PRIMARY KEY (import_id, number)
);
CREATE TABLE import_chunks (
    import_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    update_request_id TEXT NOT NULL,
    is_held BOOLEAN NOT NULL,
    seats TEXT NOT NULL,
    update_seats TEXT NOT NULL,
    outcomes TEXT,
    CONSTRAINT import_chunks_pkey PRIMARY KEY (import_id, number)
);
CREATE INDEX import_chunks_request_id_idx ON import_chunks (request_id);
CREATE INDEX import_chunks_update_request_id_idx ON import_chunks (update_request_id);
CREATE TABLE import_failures (
    import_id TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    cells TEXT NOT NULL,
    violations TEXT NOT NULL,
    CONSTRAINT import_failures_pkey PRIMARY KEY (import_id, row_number)
);
";

/// Files are kept as they are: what is read once and thrown away is not worth compressing.
const POSTGRES: &str = "ALTER TABLE import_blocks ALTER COLUMN content SET STORAGE EXTERNAL";

const DOWN: &str =
    "DROP TABLE import_failures; DROP TABLE import_chunks; DROP TABLE import_blocks; DROP TABLE imports;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            connection.execute_unprepared(&UP.replace("BLOB", "BYTEA")).await?;
            connection.execute_unprepared(POSTGRES).await.map(drop)
        } else {
            connection.execute_unprepared(UP).await.map(drop)
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
