//! `dev.json` and `cluster.json`: what a script needs to talk to a running Usher.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::private_file;

/// What is in the file. It is there as long as everything runs, and its tokens are renewed before they expire.
///
/// The refresh token is for whoever reads it: Usher logs in anew instead of using it, since a refresh token that two use
/// ends the session of both.
#[derive(Clone, Serialize, Deserialize)]
pub struct DevFile {
    /// Where the gateway listens: `host:port` in plaintext, or `https://host:port`.
    pub address: String,
    /// The file of the authority by which a gateway at `https://` is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// For the header `authorization: Bearer …`; of the account's owner.
    pub access_token: String,
    /// For `RefreshSession`, once.
    pub refresh_token: String,
    /// The demo account.
    pub account_id: String,
    /// Its owner's address.
    pub owner_email: String,
    /// Its owner's password.
    pub owner_password: String,
    /// The folder that e-mails go to.
    pub mail_dir: PathBuf,
}

impl DevFile {
    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        private_file::write(path, &text).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Removes the file; one that is not there is no error.
pub(crate) fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
