//! Subscriptions end: trials by themselves, others when their account is closed.

use sea_orm_migration::prelude::*;

/// Adds `subscriptions.end_time`, and an index for those that will end by themselves.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &str = "
ALTER TABLE subscriptions ADD COLUMN end_time BIGINT;
CREATE INDEX subscriptions_end_time_idx ON subscriptions (end_time) WHERE state = 'ACTIVE' AND end_time IS NOT NULL;
";

const DOWN: &str = "
DROP INDEX subscriptions_end_time_idx;
ALTER TABLE subscriptions DROP COLUMN end_time;
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
