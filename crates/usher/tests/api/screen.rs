//! What somebody sees while a command runs at a terminal, and the keys they press.

use std::path::Path;
use std::time::Duration;

use pty_process::{Pty, Size};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

const SOON: Duration = Duration::from_secs(120);

/// A command on a pseudo-terminal; dropping it ends the command.
pub struct Screen {
    pty: Pty,
    child: Child,
    seen: String,
}

impl Screen {
    pub fn start(folder: &Path, config: &Path, args: &[&str]) -> Self {
        let (pty, terminal) = pty_process::open().unwrap();
        pty.resize(Size::new(24, 120)).unwrap();
        let command = pty_process::Command::new(env!("CARGO_BIN_EXE_usher"))
            .args(args)
            .current_dir(folder)
            .env_clear()
            .env("TERM", "xterm")
            .env("XDG_CONFIG_HOME", config)
            .kill_on_drop(true);
        Self {
            child: command.spawn(terminal).unwrap(),
            pty,
            seen: String::new(),
        }
    }

    /// Waits until a text is shown.
    pub async fn see(&mut self, text: &str) {
        while !self.seen.contains(text) {
            assert!(self.read().await, "no {text:?} in {:?}", self.seen);
        }
    }

    pub async fn interrupt(&mut self) {
        self.pty.write_all(b"\x03").await.unwrap();
    }

    /// The exit code, and everything that was shown.
    pub async fn end(mut self) -> (i32, String) {
        while self.read().await {}
        let status = self.child.wait().await.unwrap();
        (status.code().unwrap(), self.seen)
    }

    /// Reads on; false when the command has ended, which a pseudo-terminal tells by an error.
    async fn read(&mut self) -> bool {
        let mut octets = [0; 4096];
        let read = tokio::time::timeout(SOON, self.pty.read(&mut octets)).await;
        match read.unwrap_or_else(|_| panic!("nothing more after {:?}", self.seen)) {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.seen += &String::from_utf8_lossy(&octets[..read]);
                true
            }
        }
    }
}
