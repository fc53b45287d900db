//! Seat holders: the products whose seats an older change is still to bring, as a JSON array.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE seat_holders ADD COLUMN awaited TEXT NOT NULL DEFAULT '[]'";
const DOWN: &str = "ALTER TABLE seat_holders DROP COLUMN awaited";

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
