//! How many watch at once: each takes a place, free again when it is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use types::AccountId;

use crate::config::WatchConfig;
use crate::error::Error;

/// The watchers of this process; clones share their places.
#[derive(Clone, Debug)]
pub(crate) struct Watchers {
    /// Their limits.
    pub(super) config: WatchConfig,
    counts: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// The place of one watcher.
#[derive(Debug)]
pub(super) struct Seat {
    watchers: Watchers,
    account: AccountId,
}

impl Watchers {
    /// Nobody watches yet.
    pub(crate) fn new(config: WatchConfig) -> Self {
        Self {
            config,
            counts: Arc::default(),
        }
    }

    /// Takes a place for a watcher of this account.
    ///
    /// # Errors
    /// [`Error::TooManyWatchers`].
    pub(super) fn admit(&self, account: AccountId) -> Result<Seat, Error> {
        let mut counts = self.lock();
        let total: usize = counts.values().sum();
        let own = counts.entry(account).or_default();
        if total >= self.config.watchers || *own >= self.config.watchers_per_account {
            return Err(Error::TooManyWatchers);
        }
        *own += 1;
        Ok(Seat {
            watchers: self.clone(),
            account,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        // Counters are whole whatever happened while they were locked.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.watchers.lock();
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
        }
        counts.retain(|_, count| *count > 0);
    }
}
