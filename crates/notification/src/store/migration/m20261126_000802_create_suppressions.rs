//! Creates the table `suppressions`.

use sea_orm_migration::prelude::*;
use storage::migration::{id, text, time};

/// The addresses that take no mail.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("suppressions")
            .col(text("address"))
            .col(text("reason"))
            .col(id("mail_id"))
            .col(time("create_time"))
            .primary_key(Index::create().name("suppressions_pkey").col("address"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("suppressions").to_owned()).await
    }
}
