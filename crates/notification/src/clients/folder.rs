//! Mails as files in a folder: for trying things out, with nothing to install.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{Failure, Letter};

/// The folder; it is made when the first mail comes.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`.
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Writes a mail into a file that appears only when it is whole. Its name begins with the time at which it was queued,
    /// and is the same on every attempt.
    pub(super) async fn deliver(&self, letter: &Letter, mail: &str) -> Result<(), Failure> {
        let time = letter.date.to_string().replace(['-', ':'], "");
        let name = format!("{time}-{}.eml", letter.id);
        self.write(&name, mail).await.map_err(|error| {
            let folder = self.path.display();
            tracing::warn!(%folder, error = &error as &dyn std::error::Error, "a mail cannot be written into its folder");
            Failure::Outage("The mail folder cannot be written to.".to_owned())
        })
    }

    async fn write(&self, name: &str, mail: &str) -> io::Result<()> {
        let (folder, name, mail) = (self.path.clone(), name.to_owned(), mail.to_owned());
        let work = move || {
            let draft = folder.join(format!(".{name}.tmp"));
            // Nothing is lost with the process; who wants mails to outlive the machine has a mail server.
            match fs::write(&draft, &mail) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    private_folder(&folder)?;
                    fs::write(&draft, &mail)?;
                }
                written => written?,
            }
            fs::rename(&draft, folder.join(&name))
        };
        tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
    }
}

/// The mails hold links that are secrets.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
