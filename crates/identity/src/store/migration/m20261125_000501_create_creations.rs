//! Requests that have made something, and the ways by which groups are listed and left.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Creates `creations`, and indexes on names in the order of code points and on what invitations promise.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE creations (
    account_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT creations_pkey PRIMARY KEY (account_id, request_id)
);
CREATE INDEX creations_create_time_idx ON creations (create_time);
CREATE INDEX invitations_group_id_idx ON invitations (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX invitations_settings_template_id_idx ON invitations (settings_template_id)
    WHERE settings_template_id IS NOT NULL;
";

/// PostgreSQL's own order is that of a language, by which no prefix is a range. SQLite's unique key is in the right order.
const UP_POSTGRES: &str = "CREATE INDEX groups_account_id_name_key_idx ON groups (account_id, name_key COLLATE \"C\")";
const DOWN_POSTGRES: &str = "DROP INDEX groups_account_id_name_key_idx";

const DOWN: &str = "
DROP INDEX invitations_settings_template_id_idx;
DROP INDEX invitations_group_id_idx;
DROP TABLE creations;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(UP_POSTGRES).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(DOWN_POSTGRES).await?;
        }
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
