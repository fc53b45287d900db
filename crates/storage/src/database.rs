//! A service's database: reads, transactions that survive their caller, and migrations.

use futures::future::BoxFuture;
use opentelemetry::context::FutureExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use tracing::Instrument;

use crate::config::DatabaseConfig;
use crate::connect;
use crate::error::StorageError;
use crate::schema::Standing;

/// Any constant would do: a database belongs to one service, and only its migrations take this lock.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7305808869231650145)";

/// A migration may take longer than any request, and may wait for another process's.
const WITHOUT_TIME_LIMITS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                                   SET LOCAL idle_in_transaction_session_timeout = 0";

/// The handle to one database; clones share its pools.
#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Database {
    /// Opens the pools, with the release guard where something can be lost.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, StorageError> {
        if config.url.starts_with("sqlite:") {
            let writer = connect::sqlite_writer(config).await?;
            let reader = connect::sqlite_reader(config).await?;
            Ok(Self { writer, reader })
        } else {
            let writer = connect::postgres_writer(config).await?;
            let reader = connect::postgres_reader(config).await?;
            Ok(Self { writer, reader })
        }
    }

    /// For reads that are one statement each; it cannot write.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For writes that are one statement each: they commit by themselves and save two round trips. Everything longer is a
    /// [`Self::transaction`]; never `begin` on this.
    #[must_use]
    pub const fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which dialect is spoken.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Runs `work` in one transaction, in a task of its own: dropping the returned future neither stops the work nor leaves
    /// a connection inside a transaction. `IMMEDIATE` on SQLite, READ COMMITTED on PostgreSQL. An `Err` rolls back; a panic
    /// rolls back and is raised again here.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let task = tokio::spawn(run(self.writer.clone(), work).in_current_span().with_current_context());
        match task.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StorageError::Lost("the process is stopping").into()),
            },
        }
    }

    /// Brings the schema up to date, in one transaction: all of it or nothing. Processes that start together take turns.
    /// A schema that a newer program has only expanded is left as it is; one that it has contracted is refused.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), StorageError> {
        let backend = self.backend();
        self.transaction(move |tx| {
            Box::pin(async move {
                if backend == DbBackend::Postgres {
                    tx.execute_unprepared(WITHOUT_TIME_LIMITS).await?;
                    tx.execute_unprepared(MIGRATION_LOCK).await?;
                }
                let standing = Standing::read::<M>(&SchemaManager::new(tx)).await?;
                if standing.to_migrate()? {
                    M::up(tx, None).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Refuses a schema that this program cannot work with: one that lacks a migration it needs, or that a newer program
    /// has contracted. For the start of whatever does not migrate itself.
    pub async fn check<M: MigratorTrait>(&self) -> Result<(), StorageError> {
        let standing = Standing::read::<M>(&SchemaManager::new(&self.reader)).await?;
        Ok(standing.to_serve()?)
    }

    /// Waits for the connections in use, and closes all.
    pub async fn close(self) {
        for pool in [self.reader, self.writer] {
            if let Err(error) = pool.close().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a connection pool did not close cleanly"
                );
            }
        }
    }
}

async fn run<T, E, F>(writer: DatabaseConnection, work: F) -> Result<T, E>
where
    F: for<'t> FnOnce(&'t DatabaseTransaction) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: From<StorageError> + Send,
{
    // Deferred, a transaction that reads before it writes could fail at its first write with no way to wait.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = writer.begin_with_options(options).await.map_err(StorageError::from)?;
    match work(&transaction).await {
        Ok(value) => {
            transaction.commit().await.map_err(StorageError::from)?;
            Ok(value)
        }
        Err(refusal) => {
            if let Err(error) = transaction.rollback().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a roll-back failed; the connection is given up"
                );
            }
            Err(refusal)
        }
    }
}
