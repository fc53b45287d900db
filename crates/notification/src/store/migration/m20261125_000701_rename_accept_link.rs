//! Mails carry links for more than accepting: `accept_link` becomes `link`.

use sea_orm_migration::prelude::*;

/// Renames the column.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rename = "ALTER TABLE mails RENAME COLUMN accept_link TO link";
        manager.get_connection().execute_unprepared(rename).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rename = "ALTER TABLE mails RENAME COLUMN link TO accept_link";
        manager.get_connection().execute_unprepared(rename).await.map(drop)
    }
}
