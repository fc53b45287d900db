//! A database of one's own for each test, in either dialect.

mod delay;
mod postgres;
mod schema;
mod script;

use std::fmt::Debug;
use std::time::Duration;

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Database, DatabaseConfig, Sql};
use tempfile::TempDir;

pub use delay::DelayProxy;
pub use postgres::Postgres;
pub use schema::Migrator;
pub use script::{Answer, Script};

/// One fact, shown on both databases.
macro_rules! on_both {
    ($($fact:ident),+ $(,)?) => {
        $(mod $fact {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$fact(crate::support::Fixture::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$fact(crate::support::Fixture::postgres().await).await;
            }
        })+
    };
}
pub(crate) use on_both;

/// A migrated database, gone with the test.
pub struct Fixture {
    pub config: DatabaseConfig,
    pub db: Database,
    _folder: Option<TempDir>,
    _server: Option<Postgres>,
}

impl Fixture {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::open(DatabaseConfig::new(url), Some(folder), None).await
    }

    pub async fn postgres() -> Self {
        let server = Postgres::shared().await;
        let config = DatabaseConfig::new(server.database().await);
        Self::open(config, None, Some(server)).await
    }

    async fn open(mut config: DatabaseConfig, folder: Option<TempDir>, server: Option<Postgres>) -> Self {
        config.max_connections = 8;
        let db = Database::connect(&config).await.unwrap();
        db.migrate::<Migrator>().await.unwrap();
        Self {
            config,
            db,
            _folder: folder,
            _server: server,
        }
    }

    /// How many people there are, as another connection sees it.
    pub async fn people(&self) -> i64 {
        count(self.db.reader(), "SELECT count(*) AS n FROM people").await
    }
}

/// The text of an INSERT of one person.
pub fn person(name: impl std::fmt::Display) -> String {
    format!(
        "INSERT INTO people (id, account_id, email, role) VALUES ('usr_{name}', 'acc_1', '{name}@example.com', 'member')"
    )
}

pub async fn count(conn: &impl ConnectionTrait, sql: &'static str) -> i64 {
    #[derive(FromQueryResult)]
    struct Count {
        n: i64,
    }
    let row = Sql {
        postgres: sql,
        sqlite: sql,
    }
    .query_one::<Count>(conn, Vec::new())
    .await
    .unwrap();
    row.unwrap().n
}

/// Polls `state` until it is `expected`.
pub async fn eventually<T: PartialEq + Debug>(expected: T, state: impl AsyncFn() -> T) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let found = state().await;
        if found == expected {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{expected:?} never came; last was {found:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
