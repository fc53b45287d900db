//! The release guard: no connection goes back to its pool inside an open transaction.
//!
//! With sqlx 0.9.0 a future dropped while it awaits `BEGIN` leaves the server in a transaction that the client does not
//! count: the depth is raised only after the answer, so the roll-back on drop is skipped, and the next caller's writes are
//! acknowledged and never committed.
//!
//! The guard costs one round trip per release, in a task of its own, while nobody waits for the answer. The cheaper checks
//! are wrong: sqlx's transaction depth is exactly what lies here, its transaction status is private, and asking for the
//! transaction's id misses a `BEGIN` without a write. A plain `ROLLBACK` would be right, but outside a transaction it makes
//! the server and the client each log a warning on every release. The round trip is paid back at the other end, where the
//! pool no longer pings a connection that was in use a moment ago.

use sea_orm::sqlx::{self, PgConnection, SqliteConnection};

/// Idle: begins and ends an empty transaction, silently. In a transaction: warns, and rolls it back. In a failed one: an
/// error, upon which the pool closes the connection.
const ROLL_BACK_POSTGRES: &str = "BEGIN; ROLLBACK";

/// Outside a transaction SQLite refuses this, which is the answer hoped for.
const ROLL_BACK_SQLITE: &str = "ROLLBACK";

pub(crate) async fn roll_back_postgres(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql(ROLL_BACK_POSTGRES).execute(connection).await?;
    Ok(true)
}

pub(crate) async fn roll_back_sqlite(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    match sqlx::raw_sql(ROLL_BACK_SQLITE).execute(connection).await {
        Ok(_) => {
            tracing::warn!("a connection came back inside an open transaction and was rolled back");
            Ok(true)
        }
        Err(sqlx::Error::Database(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
