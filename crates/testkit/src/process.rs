//! A child process that never outlives its guard.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::eventually::poll;

/// A started program; dropping this kills it.
///
/// It stays in the process group of whoever started it, so that a runner that kills a hung test kills this too.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; what it prints is appended to the file `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
        })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it runs still.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Everything it has printed up to now.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Asks it to stop, by SIGTERM.
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Ends it at once, by SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        // Both fail only for a process that is gone already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until it has ended by itself.
    pub async fn exited(&mut self, within: Duration) -> Result<ExitStatus> {
        let ended = poll(within, async || match self.child.try_wait() {
            Ok(Some(status)) => Ok(Ok(status)),
            Ok(None) => Err("it runs still"),
            Err(error) => Ok(Err(error)),
        });
        match ended.await {
            Ok(status) => Ok(status?),
            Err(reason) => anyhow::bail!(
                "{} did not end within {within:?}: {reason}\n{}",
                self.name,
                self.output()
            ),
        }
    }

    pub(crate) fn signal(&mut self, signal: Signal) {
        // A process that has been waited for has no id any more: the number may be another's by now.
        if self.is_running() {
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }

    /// Sends `signal`, waits up to `within` for the end, and kills it after that.
    pub(crate) fn stop(&mut self, signal: Signal, within: Duration) {
        self.signal(signal);
        let deadline = std::time::Instant::now() + within;
        while self.is_running() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
