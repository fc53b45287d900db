//! Where a session is kept between two commands: a file that nobody else can read.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::destination::Destination;
use super::tokens::Tokens;
use crate::complaint::Problem;
use crate::private_file;

/// Who has logged in, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Login {
    #[serde(flatten)]
    pub(crate) gateway: Destination,
    /// The address that was logged in with.
    pub(crate) email: String,
    #[serde(flatten)]
    pub(crate) tokens: Tokens,
}

/// The folder of the person's own: `$XDG_CONFIG_HOME/usher`, or what the platform has in its place.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn open() -> anyhow::Result<Self> {
        let home = etcetera::choose_base_strategy().context("there is no home folder to keep a session in")?;
        Ok(Self {
            folder: home.config_dir().join("usher"),
        })
    }

    /// The session that is kept, if there is one.
    ///
    /// # Errors
    /// When others could have read it, or it is damaged.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Login>> {
        let path = self.file();
        if !is_private(&self.folder, 0o700)? || !is_private(&path, 0o600)? {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let login = serde_json::from_str(&text);
        Ok(Some(login.map_err(|error| {
            let text = format!("{} is damaged ({error})", path.display());
            Problem::NotLoggedIn(text)
        })?))
    }

    pub(crate) fn write(&self, login: &Login) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(login)? + "\n";
        let path = self.file();
        private_file::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Removes what is kept; nothing is no error.
    pub(crate) fn forget(&self) -> anyhow::Result<()> {
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.file().display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Waits until no other process changes what is kept; none does as long as the answer lives. Makes the folder.
    pub(crate) async fn lock(&self) -> anyhow::Result<File> {
        let folder = self.folder.clone();
        let locked = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            let lock = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .mode(0o600)
                .open(folder.join("lock"))?;
            lock.lock()?;
            Ok(lock)
        });
        let lock = locked.await?;
        let lock = lock.with_context(|| format!("cannot use the folder {}", self.folder.display()))?;
        // A folder that was there already may be open to others.
        is_private(&self.folder, 0o700)?;
        Ok(lock)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("session.json")
    }
}

/// Whether it is there; refused when somebody else can use it.
fn is_private(path: &Path, mode: u32) -> anyhow::Result<bool> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if is_open(&metadata) {
        let path = path.display();
        let text = format!("others can use {path}: run `chmod {mode:o} {path}`");
        return Err(Problem::BadInput(text).into());
    }
    Ok(true)
}

fn is_open(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(test)]
mod tests {
    use types::Timestamp;

    use super::*;

    fn login() -> Login {
        Login {
            gateway: Destination::typed("https://usher.example", Some("/ca.crt".as_ref()), false).unwrap(),
            email: "a@example.com".into(),
            tokens: Tokens {
                access_token: "a".into(),
                refresh_token: "r".into(),
                expire_time: Timestamp::from_micros(1),
            },
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn what_is_kept_is_read_again_and_is_nobody_elses() {
        let root = tempfile::tempdir().unwrap();
        let store = Store {
            folder: root.path().join("config/usher"),
        };
        assert!(store.read().unwrap().is_none());
        let lock = store.lock().await.unwrap();
        store.write(&login()).unwrap();
        drop(lock);
        assert_eq!(mode(&store.folder), 0o700);
        assert_eq!(mode(&store.file()), 0o600);
        let read = store.read().unwrap().unwrap();
        assert_eq!((read.gateway, read.tokens.refresh_token), (login().gateway, "r".into()));
        store.forget().unwrap();
        store.forget().unwrap();
        assert!(store.read().unwrap().is_none());
    }

    #[tokio::test]
    async fn what_others_can_use_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let store = Store {
            folder: root.path().join("usher"),
        };
        drop(store.lock().await.unwrap());
        store.write(&login()).unwrap();
        for (path, bad, good) in [(store.file(), 0o640, 0o600), (store.folder.clone(), 0o755, 0o700)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bad)).unwrap();
            let error = store.read().unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))), "{error:#}");
            fs::set_permissions(&path, fs::Permissions::from_mode(good)).unwrap();
        }
        assert!(store.read().unwrap().is_some());
    }

    #[tokio::test]
    async fn a_damaged_file_asks_to_log_in_anew() {
        let root = tempfile::tempdir().unwrap();
        let store = Store {
            folder: root.path().join("usher"),
        };
        drop(store.lock().await.unwrap());
        private_file::write(&store.file(), "{").unwrap();
        let error = store.read().unwrap_err();
        assert!(
            matches!(error.downcast_ref(), Some(Problem::NotLoggedIn(_))),
            "{error:#}"
        );
    }
}
