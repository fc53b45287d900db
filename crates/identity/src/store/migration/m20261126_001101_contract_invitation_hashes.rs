//! Invitations are found by the id that their tokens name, and no longer by the hashes of these.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Drops the index of the hashes, which are random: each entry was in a page of its own. SQLite, which would have to copy the
/// table, keeps it.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE invitations DROP CONSTRAINT invitations_token_hash_key";
const DOWN: &str = "ALTER TABLE invitations ADD CONSTRAINT invitations_token_hash_key UNIQUE (token_hash)";

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
