//! Creates the table `cancellations`.

use sea_orm_migration::prelude::*;
use storage::migration::{id, text, time};

/// The send keys whose mails nobody needs any more, whether they have come yet or not.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut key = Index::create().name("cancellations_pkey").to_owned();
        let table = Table::create()
            .table("cancellations")
            .col(id("account_id"))
            .col(text("send_key"))
            .col(time("create_time"))
            .primary_key(key.col("account_id").col("send_key"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("cancellations").to_owned())
            .await
    }
}
