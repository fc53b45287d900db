//! Programs that `cargo xtask setup` installs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder `deploy/`.
pub fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// A program by its name.
///
/// # Panics
/// When it is not installed: nothing is skipped in silence.
pub fn tool(name: &str) -> Command {
    let found = Command::new(name)
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = found {
        panic!("cannot run {name} (try `cargo xtask setup`): {error}");
    }
    Command::new(name)
}

/// What a command that succeeds prints.
///
/// # Panics
/// When it fails.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{command:?} failed\n{out}\n{complaint}");
    out.into_owned()
}
