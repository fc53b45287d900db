//! Seat pools: how many seats there will be, and when, where another number is scheduled.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    ALTER TABLE seat_pools ADD COLUMN next_seats BIGINT CONSTRAINT seat_pools_next_seats_check CHECK (next_seats >= 0);
    ALTER TABLE seat_pools ADD COLUMN next_time BIGINT";
const DOWN: &str = "
    ALTER TABLE seat_pools DROP COLUMN next_seats;
    ALTER TABLE seat_pools DROP COLUMN next_time";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }
}
