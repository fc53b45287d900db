//! The end of a trial is told three days before.

use sea_orm_migration::prelude::*;

/// Adds `subscriptions.reminder_time`, and sets it for trials that are not over.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Three days are 259,200 seconds.
const UP: &str = "
ALTER TABLE subscriptions ADD COLUMN reminder_time BIGINT;
UPDATE subscriptions SET reminder_time = end_time - 259200000000, next_time = end_time - 259200000000
WHERE state = 'TRIALING' AND end_time IS NOT NULL;
";

const DOWN: &str = "
UPDATE subscriptions SET next_time = end_time WHERE state = 'TRIALING' AND end_time IS NOT NULL;
ALTER TABLE subscriptions DROP COLUMN reminder_time;
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
