//! Creates the table `subscriptions`.

use sea_orm_migration::prelude::*;
use storage::migration::{id, number, text, time};

/// The table: at most one row an account.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("subscriptions")
            .col(id("id"))
            .col(id("account_id"))
            .col(text("plan"))
            .col(text("seats"))
            .col(number("version"))
            .col(text("state"))
            .col(time("create_time"))
            .primary_key(Index::create().name("subscriptions_pkey").col("id"))
            .index(
                Index::create()
                    .unique()
                    .name("subscriptions_account_id_key")
                    .col("account_id"),
            )
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("subscriptions").to_owned())
            .await
    }
}
