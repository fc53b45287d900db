//! Opens the pools: writers and readers on PostgreSQL, one writer and a few readers on SQLite.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};

use crate::config::DatabaseConfig;
use crate::guard;

/// Readers beyond this only compete for the same two cores' page cache; each of them is a thread.
const MAX_SQLITE_READERS: u32 = 4;

/// A connection used more recently than this is handed out without a ping.
const PING_AFTER_IDLE: Duration = Duration::from_secs(30);

/// Every statement of ours finds its rows by an index, a batch's one by one. Left alone, the planner takes each batch for a
/// hundred rows, and reads whole tables of less than ten thousand to find one; and what it has planned while a table was
/// small it goes on doing when it is large. In the order of the index, too: to find the first of many rows it would take
/// them all for few, and sort them. Without compilation, since a plan that cannot do without what is off here costs
/// so much on paper that each run of it would be compiled, for half a second.
const BY_INDEX: [(&str, &str); 5] = [
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

pub(crate) async fn postgres_writer(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    let mut options = postgres(config, false);
    if config.has_release_guard() {
        options.map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(guard::roll_back_postgres(connection)))
        });
    }
    sea_orm::Database::connect(options).await
}

/// Needs no guard: nothing that it is given can begin a transaction, and what cannot write has no writes to lose.
pub(crate) async fn postgres_reader(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(postgres(config, true)).await
}

fn postgres(config: &DatabaseConfig, read_only: bool) -> ConnectOptions {
    let mut options = common(config);
    options.max_connections(config.max_connections);
    let settings = [
        ("statement_timeout", config.statement_timeout.as_millis().to_string()),
        ("lock_timeout", config.lock_timeout.as_millis().to_string()),
        (
            "idle_in_transaction_session_timeout",
            config.idle_in_transaction_timeout.as_millis().to_string(),
        ),
        // Set here and not per transaction, where it would cost a round trip each.
        ("default_transaction_isolation", "read committed".to_owned()),
        ("default_transaction_read_only", on(read_only)),
        ("plan_cache_mode", plan_cache_mode(config).to_owned()),
    ];
    options.map_sqlx_postgres_opts(move |options| options.options(settings.clone()).options(BY_INDEX));
    options
}

const fn plan_cache_mode(config: &DatabaseConfig) -> &'static str {
    if config.fresh_plans {
        "force_custom_plan"
    } else {
        "auto"
    }
}

fn on(flag: bool) -> String {
    if flag { "on" } else { "off" }.to_owned()
}

pub(crate) async fn sqlite_writer(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    let busy_timeout = config.lock_timeout;
    let mut options = common(config);
    options
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None);
    options.map_sqlx_sqlite_opts(move |options| {
        settled(options, busy_timeout)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
    });
    guarded_sqlite(config, options).await
}

/// Opened after the writer, which makes the file and turns it to WAL.
pub(crate) async fn sqlite_reader(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    let busy_timeout = config.lock_timeout;
    let mut options = common(config);
    options.max_connections(config.max_connections.clamp(1, MAX_SQLITE_READERS));
    // `query_only` and not a read-only file: a WAL reader has to write to the shared-memory file.
    options.map_sqlx_sqlite_opts(move |options| settled(options, busy_timeout).pragma("query_only", "ON"));
    guarded_sqlite(config, options).await
}

fn settled(options: SqliteConnectOptions, busy_timeout: Duration) -> SqliteConnectOptions {
    options
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(busy_timeout)
}

async fn guarded_sqlite(config: &DatabaseConfig, mut options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    if config.has_release_guard() {
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(guard::roll_back_sqlite(connection)))
        });
    }
    sea_orm::Database::connect(options).await
}

fn common(config: &DatabaseConfig) -> ConnectOptions {
    let mut options = ConnectOptions::new(&config.url);
    options
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire_if_idle_for(PING_AFTER_IDLE)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}
