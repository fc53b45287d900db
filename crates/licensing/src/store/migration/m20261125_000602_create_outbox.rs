//! Creates the table `outbox`.

use sea_orm_migration::prelude::*;

/// What identity is to be told for the audit log.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        storage::outbox::create_table(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        storage::outbox::drop_table(manager).await
    }
}
