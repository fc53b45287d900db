//! Invitations; of a token, its SHA-256 only.

use sea_orm_migration::prelude::*;

/// Creates `invitations`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE invitations (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    products TEXT NOT NULL,
    generation BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    inviter_id TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    answer_time BIGINT,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT invitations_kind_check CHECK (kind IN ('JOIN', 'TRANSFER')),
    CONSTRAINT invitations_state_check
        CHECK (state IN ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED', 'SUPERSEDED'))
);
CREATE UNIQUE INDEX invitations_account_id_email_key ON invitations (account_id, email) WHERE state = 'PENDING';
CREATE INDEX invitations_user_id_idx ON invitations (user_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE invitations")
            .await
            .map(drop)
    }
}
