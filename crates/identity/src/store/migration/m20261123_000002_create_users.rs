//! Users; an address belongs to one user of one account.

use sea_orm_migration::prelude::*;

/// Creates `users`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE users (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    password_hash TEXT,
    seat_version BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT users_role_check CHECK (role IN ('MEMBER', 'ADMIN', 'SUPER_ADMIN')),
    CONSTRAINT users_state_check CHECK (state IN ('INVITED', 'ACTIVE', 'SUSPENDED', 'DELETED'))
);
CREATE INDEX users_account_id_id_idx ON users (account_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP TABLE users")
            .await
            .map(drop)
    }
}
