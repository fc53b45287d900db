//! Limits on how often something is tried.

use std::time::Duration;

use chassis::{Caller, Hit};
use types::Email;

use super::App;
use crate::domain::error::Error;
use crate::domain::token;

const HOUR: Duration = Duration::from_secs(60 * 60);

impl App {
    /// Counts an attempt under `key`, of which there are at most `attempts` in a `window`.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(super) async fn limit(&self, key: &str, window: Duration, attempts: u32) -> Result<(), Error> {
        match self.shared.hit(key, window, attempts.into()).await {
            Hit::Allowed => Ok(()),
            Hit::RetryAfter(retry_after) => Err(Error::RateLimited { retry_after }),
        }
    }

    /// Counts an e-mail of a kind that anybody can have sent to an address, by the address and by where they call from;
    /// whether the address is anybody's does not matter.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(super) async fn limit_mails(&self, kind: &str, caller: &Caller, email: &Email) -> Result<(), Error> {
        let address = token::hash(email.canonical());
        let limits = &self.open_mails;
        self.limit(&format!("{kind}:{address}"), HOUR, limits.per_address_per_hour)
            .await?;
        if let Some(source) = caller.source {
            self.limit(&format!("{kind}:{source}"), HOUR, limits.per_source_per_hour)
                .await?;
        }
        Ok(())
    }
}
