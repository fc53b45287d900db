//! Mails are claimed by who gets them: the queue by account and domain, and in order for each reader.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

/// Adds the columns, and turns the index of what is due into one of lanes.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// What waits for an attempt, or is in one, has a time for the next. A check may speak of other columns in both databases,
/// which is how the rule about links comes into a table that is there already.
const UP: [&str; 7] = [
    "ALTER TABLE mails ADD COLUMN recipient TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE mails ADD COLUMN recipient_domain TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE mails ADD COLUMN resent BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE mails ADD COLUMN steps_aside BOOLEAN NOT NULL DEFAULT FALSE
        CONSTRAINT mails_link_check CHECK (next_attempt_time IS NOT NULL OR link IS NULL)",
    "DROP INDEX mails_due_idx",
    "CREATE INDEX mails_lane_idx ON mails (account_id, recipient_domain, next_attempt_time, id)
        WHERE next_attempt_time IS NOT NULL",
    "CREATE INDEX mails_recipient_idx ON mails (recipient, create_time, id) WHERE next_attempt_time IS NOT NULL",
];

const FILL_POSTGRES: &str =
    "UPDATE mails SET recipient = lower(to_address), recipient_domain = lower(split_part(to_address, '@', 2))";
const FILL_SQLITE: &str = "UPDATE mails SET recipient = lower(to_address),
        recipient_domain = lower(substr(to_address, instr(to_address, '@') + 1))";

const DROP_CHECK: &str = "ALTER TABLE mails DROP CONSTRAINT mails_link_check";
const DOWN: [&str; 7] = [
    "DROP INDEX mails_recipient_idx",
    "DROP INDEX mails_lane_idx",
    "CREATE INDEX mails_due_idx ON mails (next_attempt_time) WHERE state IN ('QUEUED', 'RETRYING')",
    "ALTER TABLE mails DROP COLUMN steps_aside",
    "ALTER TABLE mails DROP COLUMN resent",
    "ALTER TABLE mails DROP COLUMN recipient_domain",
    "ALTER TABLE mails DROP COLUMN recipient",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in UP {
            connection.execute_unprepared(statement).await?;
        }
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let fill = if sqlite { FILL_SQLITE } else { FILL_POSTGRES };
        connection.execute_unprepared(fill).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            // SQLite drops it with its column.
            connection.execute_unprepared(DROP_CHECK).await?;
        }
        for statement in DOWN {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
