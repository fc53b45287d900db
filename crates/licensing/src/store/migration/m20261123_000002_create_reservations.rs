//! Reservations: a row for each request, in its present epoch.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
    CREATE TABLE reservations (
        account_id TEXT NOT NULL,
        request_id TEXT NOT NULL,
        epoch BIGINT NOT NULL CONSTRAINT reservations_epoch_check CHECK (epoch >= 1),
        state TEXT NOT NULL CONSTRAINT reservations_state_check CHECK (state IN ('PENDING', 'CONFIRMED', 'RELEASED')),
        seats TEXT NOT NULL,
        deadline BIGINT NOT NULL,
        create_time BIGINT NOT NULL,
        settle_time BIGINT,
        next_sweep_time BIGINT NOT NULL,
        sweeps BIGINT NOT NULL,
        CONSTRAINT reservations_pkey PRIMARY KEY (account_id, request_id),
        CONSTRAINT reservations_settle_time_check CHECK ((state = 'PENDING') = (settle_time IS NULL))
    );
    CREATE INDEX reservations_next_sweep_time_idx ON reservations (next_sweep_time) WHERE state = 'PENDING';
    CREATE INDEX reservations_pending_idx ON reservations (account_id, create_time) WHERE state = 'PENDING';
    CREATE INDEX reservations_settle_time_idx ON reservations (settle_time) WHERE state <> 'PENDING'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE reservations")
            .await?;
        Ok(())
    }
}
