//! Users through their whole life: roles of an account's own, groups, settings, deletion.

use sea_orm_migration::prelude::*;

/// Rebuilds `users`, and `sessions` which refers to it: SQLite changes no constraint of a table that is there.
///
/// An address belongs to one user who is not deleted.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE TABLE sessions_kept AS SELECT * FROM sessions;
DROP TABLE sessions;
CREATE TABLE users_kept AS SELECT * FROM users;
DROP TABLE users;
CREATE TABLE users (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    given_key TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    role TEXT NOT NULL,
    custom_role_id TEXT,
    state TEXT NOT NULL,
    former_state TEXT,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    group_id TEXT,
    settings_template_id TEXT,
    settings TEXT NOT NULL,
    products TEXT NOT NULL,
    password_hash TEXT,
    seat_version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    delete_time BIGINT,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT users_custom_role_id_fkey FOREIGN KEY (custom_role_id) REFERENCES roles (id),
    CONSTRAINT users_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups (id),
    CONSTRAINT users_settings_template_id_fkey FOREIGN KEY (settings_template_id) REFERENCES settings_templates (id),
    CONSTRAINT users_role_check CHECK (role IN ('MEMBER', 'ADMIN', 'SUPER_ADMIN', 'CUSTOM')),
    CONSTRAINT users_custom_role_id_check CHECK ((role = 'CUSTOM') = (custom_role_id IS NOT NULL)),
    CONSTRAINT users_state_check CHECK (state IN ('INVITED', 'ACTIVE', 'SUSPENDED', 'DELETED'))
);
INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state, language,
    time_zone, settings, products, password_hash, seat_version, revision, create_time, update_time)
SELECT u.id, u.account_id, u.email, u.address, u.given_name, u.family_name, lower(u.given_name),
    lower(u.family_name || ' ' || u.given_name), u.role, u.state, u.language, u.time_zone, '{}',
    coalesce((SELECT i.products FROM invitations i
        WHERE i.user_id = u.id AND i.account_id = u.account_id AND i.kind = 'JOIN'), '[]'),
    u.password_hash, u.seat_version, 1, u.create_time, u.create_time
FROM users_kept u;
DROP TABLE users_kept;
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE state <> 'DELETED';
CREATE INDEX users_account_id_id_idx ON users (account_id, id);
CREATE INDEX users_group_id_id_idx ON users (group_id, id) WHERE group_id IS NOT NULL;
CREATE INDEX users_settings_template_id_id_idx ON users (settings_template_id, id)
    WHERE settings_template_id IS NOT NULL;
CREATE INDEX users_custom_role_id_idx ON users (custom_role_id) WHERE custom_role_id IS NOT NULL;
CREATE INDEX users_administrators_idx ON users (account_id) WHERE role <> 'MEMBER';
CREATE INDEX users_delete_time_idx ON users (delete_time) WHERE delete_time IS NOT NULL;
CREATE TABLE sessions (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    refresh_hash TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    end_time BIGINT,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO sessions (id, user_id, account_id, refresh_hash, create_time, expire_time, end_time)
SELECT id, user_id, account_id, refresh_hash, create_time, expire_time, end_time FROM sessions_kept;
DROP TABLE sessions_kept;
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
ALTER TABLE invitations ADD COLUMN custom_role_id TEXT;
ALTER TABLE invitations ADD COLUMN group_id TEXT;
ALTER TABLE invitations ADD COLUMN settings_template_id TEXT;
ALTER TABLE invitations ADD COLUMN seat_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE invitations ADD COLUMN send_count BIGINT NOT NULL DEFAULT 1;
ALTER TABLE invitations ADD COLUMN last_send_time BIGINT;
UPDATE invitations SET last_send_time = create_time;
CREATE INDEX invitations_account_id_id_idx ON invitations (account_id, id);
CREATE INDEX invitations_expire_time_idx ON invitations (expire_time) WHERE state = 'PENDING';
ALTER TABLE accounts ADD COLUMN state TEXT NOT NULL DEFAULT 'ACTIVE';
ALTER TABLE accounts ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE accounts ADD COLUMN locked_settings TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN offered_user_id TEXT;
ALTER TABLE accounts ADD COLUMN offer_time BIGINT;
ALTER TABLE accounts ADD COLUMN close_time BIGINT;
";

/// Fails where something was written since that the narrower tables cannot hold.
const DOWN: &str = "
CREATE TABLE sessions_kept AS SELECT * FROM sessions;
DROP TABLE sessions;
CREATE TABLE users_kept AS SELECT * FROM users;
DROP TABLE users;
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
INSERT INTO users (id, account_id, email, address, given_name, family_name, role, state, language, time_zone,
    password_hash, seat_version, create_time)
SELECT id, account_id, email, address, given_name, family_name, role, state, language, time_zone, password_hash,
    seat_version, create_time
FROM users_kept;
DROP TABLE users_kept;
CREATE INDEX users_account_id_id_idx ON users (account_id, id);
CREATE TABLE sessions (
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    refresh_hash TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    end_time BIGINT,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO sessions (id, user_id, account_id, refresh_hash, create_time, expire_time, end_time)
SELECT id, user_id, account_id, refresh_hash, create_time, expire_time, end_time FROM sessions_kept;
DROP TABLE sessions_kept;
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
DROP INDEX invitations_account_id_id_idx;
DROP INDEX invitations_expire_time_idx;
ALTER TABLE invitations DROP COLUMN custom_role_id;
ALTER TABLE invitations DROP COLUMN group_id;
ALTER TABLE invitations DROP COLUMN settings_template_id;
ALTER TABLE invitations DROP COLUMN seat_version;
ALTER TABLE invitations DROP COLUMN send_count;
ALTER TABLE invitations DROP COLUMN last_send_time;
ALTER TABLE accounts DROP COLUMN state;
ALTER TABLE accounts DROP COLUMN revision;
ALTER TABLE accounts DROP COLUMN settings;
ALTER TABLE accounts DROP COLUMN locked_settings;
ALTER TABLE accounts DROP COLUMN offered_user_id;
ALTER TABLE accounts DROP COLUMN offer_time;
ALTER TABLE accounts DROP COLUMN close_time;
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
