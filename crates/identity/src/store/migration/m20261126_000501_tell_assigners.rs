//! Requests: who asked, for those that licensing is told of.

use sea_orm_migration::prelude::*;

/// Adds `requests.assigner_id`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE requests ADD COLUMN assigner_id TEXT";
const DOWN: &str = "ALTER TABLE requests DROP COLUMN assigner_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
