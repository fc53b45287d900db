//! An account that cannot be taken on is left alone for a while.

use sea_orm_migration::prelude::*;

/// Adds how often that has happened in a row, and until when it is left alone.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &str = "
ALTER TABLE accounts ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN retry_time BIGINT;
";

const DOWN: &str = "
ALTER TABLE accounts DROP COLUMN retry_time;
ALTER TABLE accounts DROP COLUMN failures;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
