//! The queue's indexes: neither can stand in for the other.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Makes the index of the mails to one reader anew, with a condition that only the statements which look for those have. To
/// PostgreSQL's planner both indexes cost the same nothing when its statistics are of an empty queue; with the same condition
/// it took that of the lanes, and read the whole queue for each mail in it. SQLite takes the one that begins with what is asked for.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &str = "
DROP INDEX mails_recipient_idx;
CREATE INDEX mails_recipient_idx ON mails (recipient, create_time, id)
    WHERE coalesce(next_attempt_time, -1) >= 0 AND NOT steps_aside;
";

const DOWN: &str = "
DROP INDEX mails_recipient_idx;
CREATE INDEX mails_recipient_idx ON mails (recipient, create_time, id) WHERE next_attempt_time IS NOT NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, DOWN).await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
