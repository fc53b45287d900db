//! What users are put into, and what is given to them: groups, settings templates, roles of an account's own.

use sea_orm_migration::prelude::*;

/// Creates `groups`, `settings_templates` and `roles`; names are unique in an account whatever their case.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE groups (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CONSTRAINT groups_pkey PRIMARY KEY (id),
    CONSTRAINT groups_account_id_name_key_key UNIQUE (account_id, name_key),
    CONSTRAINT groups_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
CREATE INDEX groups_account_id_id_idx ON groups (account_id, id);
CREATE TABLE settings_templates (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    settings TEXT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CONSTRAINT settings_templates_pkey PRIMARY KEY (id),
    CONSTRAINT settings_templates_account_id_name_key_key UNIQUE (account_id, name_key),
    CONSTRAINT settings_templates_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
CREATE INDEX settings_templates_account_id_id_idx ON settings_templates (account_id, id);
CREATE TABLE roles (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    permissions TEXT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CONSTRAINT roles_pkey PRIMARY KEY (id),
    CONSTRAINT roles_account_id_name_key_key UNIQUE (account_id, name_key),
    CONSTRAINT roles_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id)
);
CREATE INDEX roles_account_id_id_idx ON roles (account_id, id);
";

const DOWN: &str = "DROP TABLE roles; DROP TABLE settings_templates; DROP TABLE groups;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
