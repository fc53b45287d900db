//! Finds installed programs: on PATH, and PostgreSQL's where distributions hide them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::environment;

/// Where `name` is, on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = environment::variable("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// One of PostgreSQL's programs, such as `pgbench`: of the server's own version where there is one.
pub fn postgres_program(name: &str) -> Result<PathBuf> {
    // The program itself first: Debian's /usr/bin/psql is a script that starts slowly.
    let beside_server = postgres_folder().map(|folder| folder.join(name));
    let found = beside_server.ok().filter(|program| program.is_file());
    found
        .or_else(|| on_path(name))
        .with_context(|| format!("`{name}` is not installed (try `cargo xtask setup`)"))
}

/// The folder that holds one PostgreSQL version's `initdb`, `postgres` and, nearly always, `psql`.
pub(crate) fn postgres_folder() -> Result<PathBuf> {
    on_path("initdb")
        .and_then(|program| program.canonicalize().ok())
        .and_then(|program| program.parent().map(Path::to_path_buf))
        .or_else(newest_packaged_postgres)
        .context("PostgreSQL is not installed: no `initdb` on PATH or in /usr/lib/postgresql (try `cargo xtask setup`)")
}

fn newest_packaged_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max()
        .map(|(_, folder)| folder)
}

/// The `usher` program that was built with these tests, next to the running one.
///
/// # Panics
/// When it has not been built: `cargo xtask test` builds it, `cargo nextest run -p …` alone does not.
#[must_use]
pub fn usher_program() -> PathBuf {
    find_usher().unwrap_or_else(|error| panic!("{error:#}"))
}

pub(crate) fn find_usher() -> Result<PathBuf> {
    let running = std::env::current_exe()?;
    running
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("usher"))
        .find(|program| program.is_file())
        .context("`usher` is not built: run `cargo build --workspace --features usher/failpoints` first")
}
