//! Mails: the trace of the request that ordered them.

use sea_orm_migration::prelude::*;

/// Adds `mails.trace_parent`.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &str = "ALTER TABLE mails ADD COLUMN trace_parent TEXT";
const DOWN: &str = "ALTER TABLE mails DROP COLUMN trace_parent";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
