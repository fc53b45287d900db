//! The tables that the references write to: identity's own, and licensing's pools of seats beside them.

use anyhow::Result;
use identity::Migrator;
use storage::{Database, DatabaseConfig, StorageError};
use testkit::Postgres;

use super::copy;
use crate::cpu::Meter;
use crate::plan::Plan;

/// How many accounts there are, with one pool of seats each.
pub const ACCOUNTS: u64 = 64;

/// As `seat_pools` of licensing is.
const POOLS: &str = "
    CREATE TABLE seat_pools (
        account_id TEXT NOT NULL,
        product TEXT NOT NULL,
        seats BIGINT NOT NULL CHECK (seats >= 0),
        assigned BIGINT NOT NULL CHECK (assigned >= 0),
        reserved BIGINT NOT NULL CHECK (reserved >= 0),
        PRIMARY KEY (account_id, product)
    )";

/// The database of a reference on PostgreSQL, with its accounts and as many people as in ours. Ids come from the sequence
/// `ids`.
pub async fn postgres(server: &Postgres, plan: &Plan) -> Result<String> {
    let migrated = async |url: String| {
        let database = Database::connect(&DatabaseConfig::new(url)).await?;
        database.migrate::<Migrator>().await?;
        database.close().await;
        Ok::<_, StorageError>(())
    };
    let url = server.migrated("reference", migrated).await;
    let numbers = format!("generate_series(1, {ACCOUNTS}) AS r(n)");
    for statement in [
        POOLS,
        "CREATE SEQUENCE ids CACHE 100",
        &accounts(&numbers),
        &pools(&numbers),
    ] {
        server.sql(&url, statement).await?;
    }
    copy::run(&url, plan.people(), &Meter::default()).await?;
    server.sql(&url, "ANALYZE").await?;
    Ok(url)
}

/// The same on SQLite, in a file that is there.
pub async fn sqlite(database: &Database) -> Result<()> {
    use sea_orm::ConnectionTrait;

    database.migrate::<Migrator>().await?;
    let numbers = format!(
        "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ACCOUNTS}) SELECT n FROM c)"
    );
    for statement in [POOLS, &accounts(&numbers), &pools(&numbers)] {
        database.writer().execute_unprepared(statement).await?;
    }
    Ok(())
}

fn accounts(numbers: &str) -> String {
    format!(
        "INSERT INTO accounts (id, name, language, time_zone, billing_contact_id, create_time)
         SELECT 'acc_' || n, 'Analytical Engines', 'en', 'UTC', 'usr_' || n, 0 FROM {numbers}"
    )
}

fn pools(numbers: &str) -> String {
    format!(
        "INSERT INTO seat_pools (account_id, product, seats, assigned, reserved)
         SELECT 'acc_' || n, 'training', 1000000000, 0, 0 FROM {numbers}"
    )
}
