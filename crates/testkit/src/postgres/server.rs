//! The life of one PostgreSQL server: made, started, stopped and gone with its folder.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::{Signal, getuid};
use tempfile::TempDir;

use crate::eventually::poll;
use crate::port::free_port;
use crate::process::Process;
use crate::program;

use super::psql::Psql;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// For this machine only, and with room for many tests, each with pools of its own.
const SETTINGS: [&str; 4] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=500",
    "max_wal_senders=0",
];
/// Speed for durability.
const FORGETFUL: [&str; 4] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
];

/// What a server gives for what it has been told to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does not even wait for its disk, and leaves its tables alone: for tests.
    None,
    /// PostgreSQL's own defaults, `fsync` and all: for figures.
    Full,
}

#[derive(Debug)]
pub(super) struct Server {
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Server {
    pub(super) async fn start(psql: &Psql, durability: Durability) -> Result<Self> {
        let programs = program::postgres_folder()?;
        let folder = TempDir::with_prefix("usher-postgres-")?;
        let owner = Owner::of_the_server()?;
        owner.receive(folder.path())?;
        let data = folder.path().join("data");

        let mut initdb = Command::new(programs.join("initdb"));
        initdb
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(&data);
        let made = owner.adopt(&mut initdb, folder.path()).output()?;
        ensure!(
            made.status.success(),
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );

        let port = free_port()?;
        let mut postgres = Command::new(programs.join("postgres"));
        postgres.arg("-D").arg(&data).args(["-c", &format!("port={port}")]);
        postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        if durability == Durability::None {
            postgres.args(FORGETFUL.iter().flat_map(|setting| ["-c", setting]));
        }
        let command = owner.adopt(&mut postgres, folder.path());
        let process = Process::start("postgres", command, &folder.path().join("log"))?;

        let mut server = Self {
            process,
            port,
            _folder: folder,
        };
        let url = server.url();
        let ready = poll(START_LIMIT, async || {
            ensure!(
                server.process.is_running(),
                "postgres ended: {}",
                server.process.output()
            );
            psql.run(&url, "SELECT 1").await
        });
        ready.await.context("PostgreSQL did not start")?;
        Ok(server)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's "immediate": no farewell to clients, but no shared memory left behind either.
        self.process.stop(Signal::QUIT, STOP_LIMIT);
    }
}

/// Who runs the server: ourselves, or somebody unprivileged when we are root, as whom PostgreSQL refuses to run.
struct Owner {
    user_and_group: Option<(u32, u32)>,
}

impl Owner {
    fn of_the_server() -> Result<Self> {
        let user_and_group = if getuid().is_root() {
            Some(account("postgres").or_else(|_| account("nobody"))?)
        } else {
            None
        };
        Ok(Self { user_and_group })
    }

    fn receive(&self, folder: &Path) -> Result<()> {
        match self.user_and_group {
            Some((user, group)) => Ok(chown(folder, Some(user), Some(group))?),
            None => Ok(()),
        }
    }

    fn adopt<'c>(&self, command: &'c mut Command, folder: &Path) -> &'c mut Command {
        if let Some((user, group)) = self.user_and_group {
            command.uid(user).gid(group);
        }
        // The folder we are in may be closed to that user.
        command.current_dir(folder)
    }
}

fn account(name: &str) -> Result<(u32, u32)> {
    let number = |kind: &str| -> Result<u32> {
        let output = Command::new("id").args([kind, name]).output()?;
        ensure!(output.status.success(), "there is no user {name}");
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    Ok((number("-u")?, number("-g")?))
}
