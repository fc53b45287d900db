//! Users listed by name or address, and found by how either begins.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Adds `users.full_key`, the given before the family name as `sort_key` is family before given name, and the indexes of
/// every order and prefix that users are listed by. Keys are compared by code points, whatever the database's language.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP_POSTGRES: &str = r#"
ALTER TABLE users ALTER COLUMN sort_key TYPE TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN full_key TEXT COLLATE "C"
    GENERATED ALWAYS AS (given_key || ' ' || left(sort_key, length(sort_key) - length(given_key) - 1)) STORED;
CREATE INDEX users_account_id_sort_key_id_idx ON users (account_id, sort_key, id);
CREATE INDEX users_account_id_full_key_idx ON users (account_id, full_key);
CREATE INDEX users_account_id_email_id_idx ON users (account_id, email COLLATE "C", id);
CREATE INDEX users_account_id_state_id_idx ON users (account_id, state, id) WHERE state IN ('SUSPENDED', 'DELETED');
"#;

const UP_SQLITE: &str = "
ALTER TABLE users ADD COLUMN full_key TEXT
    GENERATED ALWAYS AS (given_key || ' ' || substr(sort_key, 1, length(sort_key) - length(given_key) - 1)) VIRTUAL;
CREATE INDEX users_account_id_sort_key_id_idx ON users (account_id, sort_key, id);
CREATE INDEX users_account_id_full_key_idx ON users (account_id, full_key);
CREATE INDEX users_account_id_email_id_idx ON users (account_id, email, id);
CREATE INDEX users_account_id_state_id_idx ON users (account_id, state, id) WHERE state IN ('SUSPENDED', 'DELETED');
";

const DOWN: &str = "
DROP INDEX users_account_id_state_id_idx;
DROP INDEX users_account_id_email_id_idx;
DROP INDEX users_account_id_full_key_idx;
DROP INDEX users_account_id_sort_key_id_idx;
ALTER TABLE users DROP COLUMN full_key;
";

const DOWN_POSTGRES: &str = r#"ALTER TABLE users ALTER COLUMN sort_key TYPE TEXT COLLATE "default""#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let up = if manager.get_database_backend() == DbBackend::Postgres {
            UP_POSTGRES
        } else {
            UP_SQLITE
        };
        manager.get_connection().execute_unprepared(up).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(DOWN_POSTGRES).await?;
        }
        Ok(())
    }
}
