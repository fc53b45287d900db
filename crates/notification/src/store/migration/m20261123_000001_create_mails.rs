//! Creates the table `mails`.

use sea_orm_migration::prelude::*;
use storage::migration::{id, number, optional_text, optional_time, text, time};

/// The table, and an index for each way it is read.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Only what may still be sent: the queue stays small however many mails were sent.
const DUE_INDEX: &str = "CREATE INDEX mails_due_idx ON mails (next_attempt_time) WHERE state IN ('QUEUED', 'RETRYING')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        manager
            .create_index(index(
                "mails_account_id_create_time_idx",
                &["account_id", "create_time", "id"],
            ))
            .await?;
        manager
            .create_index(index(
                "mails_invitation_idx",
                &["account_id", "invitation_id", "create_time", "id"],
            ))
            .await?;
        manager.get_connection().execute_unprepared(DUE_INDEX).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mails").to_owned()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("mails")
        .col(id("id"))
        .col(id("account_id"))
        .col(id("invitation_id"))
        .col(text("kind"))
        .col(text("send_key"))
        .col(text("to_address"))
        .col(text("language"))
        .col(text("content"))
        .col(optional_text("accept_link"))
        .col(text("state"))
        .col(number("attempts"))
        .col(text("reason"))
        .col(text("message_id"))
        .col(optional_time("next_attempt_time"))
        .col(optional_text("lease_owner"))
        .col(optional_time("lease_until"))
        .col(time("create_time"))
        .col(optional_time("send_time"))
        .primary_key(Index::create().name("mails_pkey").col("id"))
        .index(
            Index::create()
                .unique()
                .name("mails_account_id_send_key_key")
                .col("account_id")
                .col("send_key"),
        )
        // The link is a secret: it does not outlive its use.
        .check((
            "mails_accept_link_check",
            Expr::col("state")
                .is_not_in(["SENT", "BOUNCED"])
                .or(Expr::col("accept_link").is_null()),
        ))
        .to_owned()
}

fn index(name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table("mails").to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}
