//! The outbox: what other services are to be told.

use sea_orm_migration::prelude::*;

/// Creates `outbox`.
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
