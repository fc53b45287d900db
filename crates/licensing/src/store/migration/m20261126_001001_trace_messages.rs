//! The outbox: the trace that a message belongs to.

use sea_orm_migration::prelude::*;

/// Adds `outbox.trace_parent`.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        storage::outbox::add_trace_parent(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        storage::outbox::drop_trace_parent(manager).await
    }
}
