//! Mails say when they last changed, for those who watch them.

use sea_orm_migration::prelude::*;

/// Adds the column and its index. Claims do not touch it: that an attempt has begun is not told.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: [&str; 3] = [
    "ALTER TABLE mails ADD COLUMN update_time BIGINT NOT NULL DEFAULT 0",
    "UPDATE mails SET update_time = coalesce(send_time, create_time)",
    "CREATE INDEX mails_account_id_update_time_idx ON mails (account_id, update_time, id)",
];
const DOWN: [&str; 2] = [
    "DROP INDEX mails_account_id_update_time_idx",
    "ALTER TABLE mails DROP COLUMN update_time",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UP {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in DOWN {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
