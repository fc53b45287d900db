//! Seat totals: for each account, the version of the subscription that its pools' seats come from.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    CREATE TABLE seat_totals (
        account_id TEXT NOT NULL CONSTRAINT seat_totals_pkey PRIMARY KEY,
        version BIGINT NOT NULL CONSTRAINT seat_totals_version_check CHECK (version >= 1),
        update_time BIGINT NOT NULL
    )";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE seat_totals")
            .await?;
        Ok(())
    }
}
