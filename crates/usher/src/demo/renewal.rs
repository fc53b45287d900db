//! Keeps the tokens in the file fresh.

use std::path::PathBuf;
use std::time::Duration;

use chassis::Shutdown;
use types::{Clock, Timestamp};

use super::file::DevFile;
use super::log_in;
use super::secrets::Secrets;
use crate::client::Gateway;

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// What is kept fresh, and what it takes.
pub(super) struct Renewal {
    pub(super) gateway: Gateway,
    pub(super) secrets: Secrets,
    pub(super) file: DevFile,
    pub(super) path: PathBuf,
    pub(super) clock: Clock,
    /// When the access token in the file stops working.
    pub(super) expire_time: Timestamp,
}

impl Renewal {
    /// Renews until `stop`: each token when two thirds of its life are over, so that whoever reads the file has the rest.
    pub(super) async fn run(mut self, stop: Shutdown) {
        loop {
            let wait = self.expire_time.since(self.clock.now()) * 2 / 3;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            while let Err(error) = self.renew().await {
                let file = self.path.display();
                tracing::warn!(error = format!("{error:#}"), %file, "the tokens in the file cannot be renewed");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(RETRY) => {}
                }
            }
        }
    }

    async fn renew(&mut self) -> anyhow::Result<()> {
        let tokens = log_in(&self.gateway, &self.secrets).await?;
        self.file.access_token = tokens.access_token;
        self.file.refresh_token = tokens.refresh_token;
        self.expire_time = tokens.expire_time;
        self.file.write(&self.path)
    }
}
