//! A throw-away PostgreSQL, or databases on the one that the runner of the tests gives.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

/// A server, and how to reach it.
pub struct Postgres {
    url: String,
    _own: Option<Server>,
}

struct Server {
    folder: TempDir,
}

impl Postgres {
    #[expect(clippy::disallowed_methods, reason = "a test's server is no service's configuration")]
    pub async fn shared() -> Self {
        match std::env::var("USHER_TEST_POSTGRES_URL") {
            Ok(url) if !url.is_empty() => Self { url, _own: None },
            _ => tokio::task::spawn_blocking(Self::start).await.unwrap(),
        }
    }

    fn start() -> Self {
        let folder = TempDir::with_prefix("usher-storage-").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if rustix::process::getuid().is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let data = folder.path().join("data");
        run(program("initdb")
            .arg("-D")
            .arg(&data)
            .args(["-U", "postgres", "--auth=trust", "-N", "--no-instructions"]));
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -k {} -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c max_connections=200",
            folder.path().display()
        );
        let log = folder.path().join("log");
        run(program("pg_ctl")
            .arg("-D")
            .arg(&data)
            .args(["-w", "-s", "-l"])
            .arg(log)
            .arg("-o")
            .arg(settings)
            .arg("start"));
        Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            _own: Some(Server { folder }),
        }
    }

    /// The address of a new and empty database.
    pub async fn database(&self) -> String {
        let name = format!("storage_{:032x}", rand::random::<u128>());
        let connection = sea_orm::Database::connect(&self.url).await.unwrap();
        connection
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        connection.close().await.unwrap();
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{name}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        run(program("pg_ctl")
            .arg("-D")
            .arg(data)
            .args(["-w", "-s", "-m", "immediate", "stop"]));
    }
}

/// PostgreSQL refuses to run as root.
fn program(name: &str) -> Command {
    if rustix::process::getuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", name]);
        command
    } else {
        Command::new(name)
    }
}

fn run(command: &mut Command) {
    let status = command
        .current_dir(Path::new("/"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{command:?}: {status:?}"
    );
}
