//! Seat holders: since when and by whom each seat is held; the products become the keys of a JSON object.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const POSTGRES: &str = "
    DROP INDEX seat_holders_tombstones_idx;
    UPDATE seat_holders SET products = (
        SELECT coalesce(
            '{' || string_agg('\"' || product || '\":{\"since\":' || update_time || ',\"by\":null}', ',' ORDER BY product) || '}',
            '{}')
        FROM json_array_elements_text(products::json) AS e(product));
    CREATE INDEX seat_holders_tombstones_idx ON seat_holders (update_time) WHERE products = '{}'";

const SQLITE: &str = "
    DROP INDEX seat_holders_tombstones_idx;
    UPDATE seat_holders SET products = (
        SELECT json_group_object(value, json_object('since', update_time, 'by', NULL)) FROM json_each(products));
    CREATE INDEX seat_holders_tombstones_idx ON seat_holders (update_time) WHERE products = '{}'";

const POSTGRES_DOWN: &str = "
    DROP INDEX seat_holders_tombstones_idx;
    UPDATE seat_holders SET products = (
        SELECT coalesce('[' || string_agg('\"' || product || '\"', ',' ORDER BY product) || ']', '[]')
        FROM json_object_keys(products::json) AS e(product));
    CREATE INDEX seat_holders_tombstones_idx ON seat_holders (update_time) WHERE products = '[]'";

const SQLITE_DOWN: &str = "
    DROP INDEX seat_holders_tombstones_idx;
    UPDATE seat_holders SET products = (SELECT json_group_array(key) FROM json_each(products));
    CREATE INDEX seat_holders_tombstones_idx ON seat_holders (update_time) WHERE products = '[]'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let up = if postgres { POSTGRES } else { SQLITE };
        manager.get_connection().execute_unprepared(up).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let down = if postgres { POSTGRES_DOWN } else { SQLITE_DOWN };
        manager.get_connection().execute_unprepared(down).await?;
        Ok(())
    }
}
