//! The audit log can only grow: the database itself refuses to change or remove an event. And it can be searched by actor.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Guards `audit_events`.
#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "
CREATE INDEX audit_events_account_id_actor_id_idx ON audit_events (account_id, actor_id, sequence);
CREATE INDEX audit_events_account_id_create_time_idx ON audit_events (account_id, create_time);
";

const DOWN: &str = "
DROP INDEX audit_events_account_id_create_time_idx;
DROP INDEX audit_events_account_id_actor_id_idx;
";

const GUARD_POSTGRES: &str = "
CREATE FUNCTION audit_events_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_events is append-only'; END $$;
CREATE TRIGGER audit_events_kept BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_kept();
CREATE TRIGGER audit_events_kept_whole BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_kept();
";

const GUARD_SQLITE: &str = "
CREATE TRIGGER audit_events_kept BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
CREATE TRIGGER audit_events_kept_whole BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;
";

const UNGUARD_POSTGRES: &str = "
DROP TRIGGER audit_events_kept_whole ON audit_events;
DROP TRIGGER audit_events_kept ON audit_events;
DROP FUNCTION audit_events_kept();
";

const UNGUARD_SQLITE: &str = "
DROP TRIGGER audit_events_kept_whole;
DROP TRIGGER audit_events_kept;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        conn.execute_unprepared(UP).await?;
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let guard = if sqlite { GUARD_SQLITE } else { GUARD_POSTGRES };
        conn.execute_unprepared(guard).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let unguard = if sqlite { UNGUARD_SQLITE } else { UNGUARD_POSTGRES };
        conn.execute_unprepared(unguard).await?;
        conn.execute_unprepared(DOWN).await.map(drop)
    }
}
