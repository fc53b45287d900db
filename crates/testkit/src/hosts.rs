//! A hosts file of a program's own, so that names stand for what a test says, for as long as it says so.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::{NamedTempFile, TempPath};

use crate::environment::{HOSTS, variable};

/// Lays the file over the machine's, for one program and what that starts.
const OVERLAY: &str = r#"mount --bind "$0" /etc/hosts && exec "$@""#;

/// The file; it goes with whoever has made it.
#[derive(Debug)]
pub struct Hosts {
    path: PathBuf,
    _own: Option<TempPath>,
}

impl Hosts {
    /// With these lines, such as `127.0.0.1 localhost`.
    pub fn new(lines: &[String]) -> io::Result<Self> {
        let own = NamedTempFile::new()?.into_temp_path();
        let hosts = Self {
            path: own.to_path_buf(),
            _own: Some(own),
        };
        hosts.tell(lines)?;
        Ok(hosts)
    }

    /// Those that this program was started with.
    #[must_use]
    pub fn given() -> Option<Self> {
        let path = variable(HOSTS)?.into();
        Some(Self { path, _own: None })
    }

    /// Says something else from now on, also to programs that run already.
    pub fn tell(&self, lines: &[String]) -> io::Result<()> {
        // In its place: another file of the same name would not be the one that was laid over.
        std::fs::write(&self.path, lines.join("\n") + "\n")
    }

    /// A program that resolves names by this file.
    ///
    /// It needs Linux with user namespaces; where they are forbidden, it ends at once and says so.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", OVERLAY]);
        command.arg(&self.path).arg(program).env(HOSTS, &self.path);
        command
    }
}
