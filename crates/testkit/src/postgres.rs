//! A throw-away PostgreSQL, or databases of one's own in the server that the tests were given.

mod psql;
mod server;

use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, anyhow, ensure};
use uuid::Uuid;

use crate::environment::{self, POSTGRES_URL};
use crate::program;

use self::psql::Psql;
use self::server::Server;

pub use self::server::Durability;

/// A PostgreSQL server for tests; one that was started here stops when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    psql: Psql,
    _own: Option<Server>,
}

impl Postgres {
    /// The server that `USHER_TEST_POSTGRES_URL` names, else one of its own.
    ///
    /// # Panics
    /// When none can be started.
    pub async fn shared() -> Self {
        let postgres = match environment::variable(POSTGRES_URL) {
            Some(url) => Psql::find().map(|psql| Self { url, psql, _own: None }),
            None => Self::start(Durability::None).await,
        };
        postgres.unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// Starts a server whose data live as long as this.
    pub async fn start(durability: Durability) -> Result<Self> {
        let psql = Psql::find()?;
        let server = Server::start(&psql, durability).await?;
        Ok(Self {
            url: server.url(),
            psql,
            _own: Some(server),
        })
    }

    /// The address of the database that every server has, for a connection that manages others.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of a new and empty database, whose name begins with `name`.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn database(&self, name: &str) -> String {
        self.create(name, "template1")
            .await
            .unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// The address of a new database with everything that `migrate` makes in an empty one.
    ///
    /// Only the first test of a run pays for `migrate`: the others, in other processes too, get copies of its result.
    /// `migrate` has to close its connections before it ends.
    ///
    /// # Panics
    /// When the server or `migrate` refuses.
    pub async fn migrated<E: Display>(&self, name: &str, migrate: impl AsyncFnOnce(String) -> Result<(), E>) -> String {
        let url = async {
            let template = format!("{name}_template_{:016x}", build_of_this_program()?);
            if !self.exists(&template).await? {
                self.make_template(&template, migrate).await?;
            }
            self.create(name, &template).await
        };
        url.await.unwrap_or_else(|error: anyhow::Error| panic!("{error:#}"))
    }

    /// Runs SQL in the database that `url` names, and answers its rows as text, columns divided by `|`.
    pub async fn sql(&self, url: &str, sql: &str) -> Result<String> {
        self.psql.run(url, sql).await
    }

    /// Runs a file of SQL in the database that `url` names, all of it or nothing.
    pub async fn script(&self, url: &str, file: &Path) -> Result<()> {
        self.psql.script(url, file).await
    }

    async fn exists(&self, database: &str) -> Result<bool> {
        let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{database}'");
        Ok(self.sql(&self.url, &sql).await? == "1")
    }

    async fn create(&self, name: &str, template: &str) -> Result<String> {
        ensure!(
            is_plain(name),
            "a database cannot be called {name:?} here: use up to 30 of a-z, 0-9 and _"
        );
        let database = format!("{name}_{}", Uuid::new_v4().simple());
        self.sql(&self.url, &format!("CREATE DATABASE {database} TEMPLATE {template}"))
            .await?;
        Ok(in_database(&self.url, &database))
    }

    /// Tests run in many processes at once: a lock in the server lets one of them migrate, and the name appears last.
    async fn make_template<E: Display>(
        &self,
        template: &str,
        migrate: impl AsyncFnOnce(String) -> Result<(), E>,
    ) -> Result<()> {
        let _lock = self.psql.lock(&self.url, template).await?;
        if self.exists(template).await? {
            return Ok(());
        }
        let draft = format!("{template}_draft");
        self.sql(&self.url, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"))
            .await?;
        self.sql(&self.url, &format!("CREATE DATABASE {draft}")).await?;
        let migrated = migrate(in_database(&self.url, &draft)).await;
        migrated.map_err(|error| anyhow!("cannot migrate {template}: {error}"))?;
        let rename = format!("ALTER DATABASE {draft} RENAME TO {template}");
        self.sql(&self.url, &rename)
            .await
            .context("has `migrate` closed its connections?")?;
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 30 && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(plain)
}

/// Tells one build of the migrations from another, on servers that outlive a run of the tests: they are in the program
/// that runs now, or in the `usher` beside it.
fn build_of_this_program() -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for program in [Some(std::env::current_exe()?), program::find_usher().ok()]
        .into_iter()
        .flatten()
    {
        let modified = program.metadata()?.modified()?.duration_since(UNIX_EPOCH)?;
        (program, modified).hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// The same server's address with another database.
fn in_database(url: &str, database: &str) -> String {
    let (address, parameters) = url.split_at(url.find('?').unwrap_or(url.len()));
    let authority = address.find("://").map_or(0, |scheme| scheme + 3);
    let end = address[authority..]
        .find('/')
        .map_or(address.len(), |path| authority + path);
    format!("{}/{database}{parameters}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_another_database_keeps_the_rest() {
        for (url, expected) in [
            ("postgres://u:p@host:1/postgres", "postgres://u:p@host:1/other"),
            ("postgres://u@host", "postgres://u@host/other"),
            (
                "postgres://u@host/a?sslmode=disable",
                "postgres://u@host/other?sslmode=disable",
            ),
        ] {
            assert_eq!(in_database(url, "other"), expected);
        }
    }

    #[tokio::test]
    async fn every_database_is_empty_and_apart_from_the_others() {
        let postgres = Postgres::shared().await;
        let (one, other) = (postgres.database("testkit").await, postgres.database("testkit").await);
        postgres.sql(&one, "CREATE TABLE people (name text)").await.unwrap();
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(postgres.sql(&one, tables).await.unwrap(), "1");
        assert_eq!(postgres.sql(&other, tables).await.unwrap(), "0");
    }

    #[tokio::test]
    async fn twenty_tests_at_once_migrate_a_single_time() {
        let postgres = Postgres::shared().await;
        let name = format!("t{:.20}", Uuid::new_v4().simple().to_string());
        let migrations = std::sync::atomic::AtomicU32::new(0);
        let migrate = async |url: String| {
            migrations.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            postgres.sql(&url, "CREATE TABLE people (name text)").await.map(drop)
        };
        let databases = futures::future::join_all((0..20).map(|_| postgres.migrated(&name, migrate))).await;
        assert_eq!(migrations.into_inner(), 1);
        for url in databases {
            assert_eq!(postgres.sql(&url, "SELECT count(*) FROM people").await.unwrap(), "0");
        }
    }

    #[tokio::test]
    async fn a_server_of_its_own_stops_with_its_guard() {
        let postgres = Postgres::start(Durability::None).await.unwrap();
        let psql = postgres.psql.clone();
        let url = postgres.url().to_owned();
        assert_eq!(psql.run(&url, "SHOW server_encoding").await.unwrap(), "UTF8");
        drop(postgres);
        assert!(psql.run(&url, "SELECT 1").await.is_err());
    }
}
