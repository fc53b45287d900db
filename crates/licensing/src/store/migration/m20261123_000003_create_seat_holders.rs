//! Seat holders: a row for each user or invitation, with the products as a JSON array; an empty one is a tombstone.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    CREATE TABLE seat_holders (
        account_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        version BIGINT NOT NULL CONSTRAINT seat_holders_version_check CHECK (version >= 1),
        products TEXT NOT NULL,
        update_time BIGINT NOT NULL,
        CONSTRAINT seat_holders_pkey PRIMARY KEY (account_id, subject)
    );
    CREATE INDEX seat_holders_tombstones_idx ON seat_holders (update_time) WHERE products = '[]'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE seat_holders")
            .await?;
        Ok(())
    }
}
