//! The folder of `usher dev`: everything it keeps, and the lock that lets one process use it.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use storage::DatabaseConfig;

/// The folder, for as long as this process has it for itself.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The lock goes with the open file, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is not there, and takes it.
    pub(super) fn open(root: &Path) -> anyhow::Result<Self> {
        let make = || -> std::io::Result<_> {
            DirBuilder::new().recursive(true).mode(0o700).create(root)?;
            let root = root.canonicalize()?;
            let lock = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(root.join("lock"))?;
            Ok((root, lock))
        };
        let (root, lock) = make().with_context(|| format!("cannot use the folder {}", root.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another `usher dev` is running on the folder {}; stop it, or name another folder with --data-dir",
                root.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock the folder {}", root.display()));
            }
        }
        Ok(Self { root, _lock: lock })
    }

    /// Where the secrets are.
    pub(super) fn keys(&self) -> PathBuf {
        self.root.join("keys.toml")
    }

    /// Where scripts find what they need.
    pub(super) fn dev_file(&self) -> PathBuf {
        self.root.join("dev.json")
    }

    /// Where e-mails go.
    pub(super) fn mail(&self) -> PathBuf {
        self.root.join("mail")
    }

    /// The database of one service.
    pub(super) fn database(&self, service: &str) -> anyhow::Result<DatabaseConfig> {
        let path = self.root.join(format!("{service}.db"));
        let path = path.to_str().context("the folder's path is not Unicode")?;
        // The driver reads a URL: these three would end the path or be decoded.
        let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        Ok(DatabaseConfig::new(format!("sqlite://{path}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_has_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("a/b");
        let first = Folder::open(&root).unwrap();
        let error = Folder::open(&root).unwrap_err().to_string();
        assert!(
            error.contains("another `usher dev` is running on the folder"),
            "{error}"
        );
        assert!(
            error.contains(root.canonicalize().unwrap().to_str().unwrap()),
            "{error}"
        );
        drop(first);
        Folder::open(&root).unwrap();
    }

    #[tokio::test]
    async fn a_database_may_lie_in_a_folder_with_an_odd_name() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("50% off? #1 ü")).unwrap();
        let database = storage::Database::connect(&folder.database("identity").unwrap())
            .await
            .unwrap();
        database.close().await;
        assert!(folder.root.join("identity.db").is_file());
    }
}
