//! What waits for the proof of an address: sign-ups and password resets.

use sea_orm_migration::prelude::*;

/// Creates `sign_ups` and `password_resets`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE sign_ups (
    id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    address TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    account_name TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    complete_time BIGINT,
    CONSTRAINT sign_ups_pkey PRIMARY KEY (id),
    CONSTRAINT sign_ups_request_key_key UNIQUE (request_key),
    CONSTRAINT sign_ups_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX sign_ups_expire_time_idx ON sign_ups (expire_time);
CREATE TABLE password_resets (
    id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    end_time BIGINT,
    CONSTRAINT password_resets_pkey PRIMARY KEY (id),
    CONSTRAINT password_resets_request_key_key UNIQUE (request_key),
    CONSTRAINT password_resets_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX password_resets_expire_time_idx ON password_resets (expire_time);
CREATE INDEX password_resets_user_id_idx ON password_resets (user_id) WHERE end_time IS NULL;
";

const DOWN: &str = "DROP TABLE password_resets; DROP TABLE sign_ups;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
