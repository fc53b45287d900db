//! Mails as files in a folder: for trying things out, with nothing to install.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, DirBuilder, File};
use tokio::io::AsyncWriteExt;

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
            Failure::Transient("The mail folder cannot be written to.".to_owned())
        })
    }

    async fn write(&self, name: &str, mail: &str) -> io::Result<()> {
        private_folder(&self.path).await?;
        let draft = self.path.join(format!(".{name}.tmp"));
        let mut file = File::create(&draft).await?;
        file.write_all(mail.as_bytes()).await?;
        file.sync_all().await?;
        fs::rename(&draft, self.path.join(name)).await
    }
}

/// The mails hold links that are secrets.
async fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(path).await
}
