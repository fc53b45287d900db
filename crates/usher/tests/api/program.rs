//! Runs the built program.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

use tokio::process::Command;

/// The program in `folder`, with a clean slate for an environment.
pub fn usher(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
    command.current_dir(folder).env_clear().kill_on_drop(true);
    command
}

/// Runs it to its end.
pub async fn run(folder: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    usher(folder).args(args).output().await.unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
