//! Creates the table `kept_mails`.

use sea_orm_migration::prelude::*;
use storage::migration::{id, text};

/// What was in the mails of a sandbox; elsewhere nothing is.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("kept_mails")
            .col(id("id"))
            .col(text("recipient"))
            .col(text("subject"))
            .col(text("text"))
            .col(text("html"))
            .primary_key(Index::create().name("kept_mails_pkey").col("id"))
            .to_owned();
        manager.create_table(table).await?;
        let mut index = Index::create()
            .name("kept_mails_recipient_idx")
            .table("kept_mails")
            .to_owned();
        manager.create_index(index.col("recipient").col("id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("kept_mails").to_owned()).await
    }
}
