//! A throw-away Redis, or a numbered database of the one that the tests were given.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::environment::{self, REDIS_URL};
use crate::eventually::poll;
use crate::port::free_port;
use crate::process::Process;

const START_LIMIT: Duration = Duration::from_secs(20);
const STOP_LIMIT: Duration = Duration::from_secs(5);
const DATABASES: u32 = 1024;

/// A Redis server for tests; one that was started here stops when this is dropped.
#[derive(Debug)]
pub struct Redis {
    url: String,
    _own: Option<Server>,
}

#[derive(Debug)]
struct Server {
    process: Process,
    _folder: TempDir,
}

impl Redis {
    /// The server that `USHER_TEST_REDIS_URL` names, else one of its own.
    ///
    /// # Panics
    /// When none can be started.
    pub async fn shared() -> Self {
        match environment::variable(REDIS_URL) {
            Some(url) => Self {
                url: url.trim_end_matches('/').to_owned(),
                _own: None,
            },
            None => Self::start().await.unwrap_or_else(|error| panic!("{error:#}")),
        }
    }

    /// Starts a server that keeps nothing on disk.
    pub async fn start() -> Result<Self> {
        let folder = TempDir::with_prefix("usher-redis-")?;
        let port = free_port()?;
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command
            .args(["--databases", &DATABASES.to_string(), "--dir"])
            .arg(folder.path());
        let process = Process::start("redis-server", &mut command, &folder.path().join("log"))
            .context("Redis is not installed (try `cargo xtask setup`)")?;
        let mut server = Server {
            process,
            _folder: folder,
        };
        let url = format!("redis://127.0.0.1:{port}");
        let ready = poll(START_LIMIT, async || {
            ensure!(
                server.process.is_running(),
                "redis-server ended: {}",
                server.process.output()
            );
            redis_cli(&url, &["PING"]).await
        });
        ready.await.context("Redis did not start")?;
        Ok(Self {
            url,
            _own: Some(server),
        })
    }

    /// The server's address, without the number of a database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of an empty database nobody else uses now: `redis://127.0.0.1:6379/7`.
    ///
    /// Channels are not divided by databases: publish and subscribe reach every test on this server.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn database(&self) -> String {
        self.next_database().await.unwrap_or_else(|error| panic!("{error:#}"))
    }

    async fn next_database(&self) -> Result<String> {
        let databases = self.command(&self.url, &["CONFIG", "GET", "databases"]).await?;
        let databases: u32 = databases
            .lines()
            .last()
            .unwrap_or_default()
            .parse()
            .context("how many databases?")?;
        ensure!(databases > 1, "{} has a single database", self.url);
        // Counted in database 0, which is given to nobody. By the time the numbers come round, the first users are gone.
        let count: u32 = self.command(&self.url, &["INCR", "testkit:databases"]).await?.parse()?;
        let url = format!("{}/{}", self.url, 1 + count % (databases - 1));
        self.command(&url, &["FLUSHDB"]).await?;
        Ok(url)
    }

    /// Runs one command, as `redis-cli` prints its answer, in the database that `url` names.
    pub async fn command(&self, url: &str, command: &[&str]) -> Result<String> {
        redis_cli(url, command).await
    }
}

async fn redis_cli(url: &str, command: &[&str]) -> Result<String> {
    let run = tokio::process::Command::new("redis-cli")
        .args(["-u", url])
        .args(command)
        .output()
        .await;
    let output = run.context("cannot run redis-cli (try `cargo xtask setup`)")?;
    ensure!(
        output.status.success(),
        "redis-cli: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer = String::from_utf8(output.stdout)?.trim_end().to_owned();
    ensure!(!answer.starts_with("ERR "), "Redis: {answer}");
    Ok(answer)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.stop(Signal::TERM, STOP_LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_database_is_empty_and_apart_from_the_others() {
        let redis = Redis::shared().await;
        let (one, other) = (redis.database().await, redis.database().await);
        redis.command(&one, &["SET", "name", "Ada"]).await.unwrap();
        assert_eq!(redis.command(&one, &["GET", "name"]).await.unwrap(), "Ada");
        assert_eq!(redis.command(&other, &["GET", "name"]).await.unwrap(), "");
    }

    #[tokio::test]
    async fn a_server_of_its_own_stops_with_its_guard() {
        let redis = Redis::start().await.unwrap();
        let address = redis.url().trim_start_matches("redis://").to_owned();
        drop(redis);
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}
