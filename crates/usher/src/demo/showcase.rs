//! The demo account on show: a file for scripts, with tokens that are kept fresh, and a text for the terminal.

use std::path::{Path, PathBuf};

use chassis::Shutdown;
use tokio::task::JoinHandle;
use types::{Clock, RequestId};

use super::file::{self, DevFile};
use super::renewal::Renewal;
use super::secrets::Secrets;
use super::{Demo, OWNER_EMAIL, welcome};
use crate::client::Gateway;

/// The file is there until [`Showcase::stop`].
pub(crate) struct Showcase {
    file: DevFile,
    path: PathBuf,
    renewing: Shutdown,
    renewal: JoinHandle<()>,
}

impl Showcase {
    /// Writes the file, and from now on renews the tokens in it.
    pub(crate) fn open(
        demo: Demo,
        gateway: Gateway,
        secrets: Secrets,
        mail_dir: PathBuf,
        path: PathBuf,
    ) -> anyhow::Result<Self> {
        let file = DevFile {
            address: gateway.address().to_owned(),
            ca: gateway.authority().map(Path::to_owned),
            access_token: demo.owner.access_token,
            refresh_token: demo.owner.refresh_token,
            account_id: demo.account_id,
            owner_email: OWNER_EMAIL.to_owned(),
            owner_password: secrets.owner_password.clone(),
            mail_dir,
        };
        file.write(&path)?;
        let renewal = Renewal {
            gateway,
            secrets,
            file: file.clone(),
            path: path.clone(),
            clock: Clock::system(),
            expire_time: demo.owner.expire_time,
        };
        let renewing = Shutdown::new();
        let renewal = tokio::spawn(renewal.run(renewing.clone()));
        Ok(Self {
            file,
            path,
            renewing,
            renewal,
        })
    }

    /// What the file said at the start.
    pub(crate) const fn file(&self) -> &DevFile {
        &self.file
    }

    /// Where everything is, and commands to paste.
    pub(crate) fn welcome(&self) -> String {
        let program = std::env::current_exe().unwrap_or_else(|_| "usher".into());
        welcome::text(&self.file, &self.path, &program, RequestId::new())
    }

    /// Renews no more; the file goes.
    pub(crate) async fn stop(self) {
        self.renewing.cancel();
        if let Err(error) = self.renewal.await {
            tracing::warn!(%error, "renewing tokens ended badly");
        }
        if let Err(error) = file::remove(&self.path) {
            tracing::warn!(error = format!("{error:#}"), "a file stays behind");
        }
    }
}
