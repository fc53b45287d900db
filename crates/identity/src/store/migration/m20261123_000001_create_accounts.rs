//! Accounts.

use sea_orm_migration::prelude::*;

/// Creates `accounts`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE accounts (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    billing_contact_id TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (id)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE accounts")
            .await
            .map(drop)
    }
}
