//! Runs the real grpcurl, the client that users paste commands for.

use std::ffi::OsStr;

use serde_json::Value;

/// What one run of grpcurl printed and how it ended.
#[derive(Clone, Debug)]
pub struct Grpcurl {
    /// The exit status; grpcurl adds 64 to the code of a gRPC error.
    pub exit: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Grpcurl {
    /// The number of the gRPC code the call ended with: 0 is OK.
    ///
    /// # Panics
    /// When grpcurl failed before there was a call (a bad command line, nobody listening).
    #[must_use]
    pub fn code(&self) -> i32 {
        match self.exit {
            0 => 0,
            exit @ 65..=80 => exit - 64,
            exit => panic!("grpcurl ended with {exit}: {}", self.stderr),
        }
    }

    /// The answer of a successful call.
    ///
    /// # Panics
    /// When the call failed, or the answer is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.exit, 0, "grpcurl failed: {}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON, {error}: {}", self.stdout))
    }
}

/// Runs `grpcurl` with these arguments.
///
/// # Panics
/// When grpcurl is not installed.
pub async fn grpcurl(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Grpcurl {
    let run = tokio::process::Command::new("grpcurl")
        .args(args)
        .kill_on_drop(true)
        .output()
        .await;
    let output = run.unwrap_or_else(|error| panic!("cannot run grpcurl (try `cargo xtask setup`): {error}"));
    Grpcurl {
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
