//! Seat pools: a row for each product an account has, or had, seats of.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    CREATE TABLE seat_pools (
        account_id TEXT NOT NULL,
        product TEXT NOT NULL,
        seats BIGINT NOT NULL CONSTRAINT seat_pools_seats_check CHECK (seats >= 0),
        assigned BIGINT NOT NULL CONSTRAINT seat_pools_assigned_check CHECK (assigned >= 0),
        reserved BIGINT NOT NULL CONSTRAINT seat_pools_reserved_check CHECK (reserved >= 0),
        CONSTRAINT seat_pools_pkey PRIMARY KEY (account_id, product)
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
            .execute_unprepared("DROP TABLE seat_pools")
            .await?;
        Ok(())
    }
}
