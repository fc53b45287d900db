//! Tells the watchers in this process how far their accounts' logs have come: one query for all of them, whatever process
//! added the events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use types::AccountId;

use super::App;
use crate::config::AuditConfig;
use crate::domain::error::Error;
use crate::store::audit_events;

/// The watchers of this process; cheap to clone.
#[derive(Clone)]
pub struct AuditFeed {
    /// Their limits.
    pub config: AuditConfig,
    watched: Arc<Mutex<HashMap<AccountId, watch::Sender<i64>>>>,
}

impl AuditFeed {
    /// Nobody watches yet.
    pub fn new(config: AuditConfig) -> Self {
        Self {
            config,
            watched: Arc::default(),
        }
    }

    /// Changes whenever an account's log has grown, until it is dropped.
    ///
    /// # Errors
    /// [`Error::TooManyWatchers`].
    pub fn subscribe(&self, account: AccountId) -> Result<watch::Receiver<i64>, Error> {
        let mut watched = self.lock();
        let total: usize = watched.values().map(watch::Sender::receiver_count).sum();
        let sender = watched.entry(account).or_insert_with(|| watch::Sender::new(0));
        if total >= self.config.watchers || sender.receiver_count() >= self.config.watchers_per_account {
            return Err(Error::TooManyWatchers);
        }
        Ok(sender.subscribe())
    }

    /// The accounts that somebody watches; the others are forgotten.
    fn accounts(&self) -> Vec<AccountId> {
        let mut watched = self.lock();
        watched.retain(|_, sender| sender.receiver_count() > 0);
        watched.keys().copied().collect()
    }

    fn tell(&self, heads: Vec<(AccountId, i64)>) {
        let watched = self.lock();
        for (account, sequence) in heads {
            if let Some(sender) = watched.get(&account) {
                sender.send_if_modified(|known| {
                    let grown = *known < sequence;
                    *known = sequence;
                    grown
                });
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<i64>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Looks once how far the watched logs have come, and wakes whoever watches one that has grown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn poll_audit_heads(&self) -> Result<(), Error> {
        let accounts = self.audit_feed.accounts();
        if !accounts.is_empty() {
            self.audit_feed
                .tell(audit_events::sequences(self.database.reader(), &accounts).await?);
        }
        Ok(())
    }
}
