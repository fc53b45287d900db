//! Welcome e-mails of accounts' own, and which of them is whose default and whose choice.

use sea_orm_migration::prelude::*;

/// Creates `welcome_emails` and `welcome_email_versions`; adds `accounts.welcome_email_id` and `invitations.welcome_email_id`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE welcome_emails (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    languages TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CONSTRAINT welcome_emails_pkey PRIMARY KEY (id),
    CONSTRAINT welcome_emails_account_id_name_key_key UNIQUE (account_id, name_key),
    CONSTRAINT welcome_emails_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
CREATE TABLE welcome_email_versions (
    welcome_email_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    translations TEXT NOT NULL,
    end_time BIGINT,
    CONSTRAINT welcome_email_versions_pkey PRIMARY KEY (welcome_email_id, version)
);
CREATE INDEX welcome_email_versions_end_time_idx ON welcome_email_versions (end_time) WHERE end_time IS NOT NULL;
ALTER TABLE accounts ADD COLUMN welcome_email_id TEXT;
ALTER TABLE invitations ADD COLUMN welcome_email_id TEXT;
";

const DOWN: &str = "
ALTER TABLE invitations DROP COLUMN welcome_email_id;
ALTER TABLE accounts DROP COLUMN welcome_email_id;
DROP TABLE welcome_email_versions;
DROP TABLE welcome_emails;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
