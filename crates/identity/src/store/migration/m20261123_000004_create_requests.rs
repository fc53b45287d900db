//! Remembered requests: the decisions, and the epochs that can never be decided any more.

use sea_orm_migration::prelude::*;

/// Creates `requests`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE requests (
    account_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    committed_epoch BIGINT,
    aborted_epoch BIGINT NOT NULL,
    fingerprint TEXT,
    answer TEXT,
    holders TEXT,
    create_time BIGINT NOT NULL,
    CONSTRAINT requests_pkey PRIMARY KEY (account_id, request_id)
);
CREATE INDEX requests_create_time_idx ON requests (create_time);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE requests")
            .await
            .map(drop)
    }
}
