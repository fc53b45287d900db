//! Tells the watchers in this process how their accounts' pools stand: one query for all of them, whatever process changed
//! the pools.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use types::AccountId;

use super::{App, Error};
use crate::config::WatchConfig;
use crate::domain::seat_pool::{Pool, PoolKey};
use crate::store::seat_pools;

/// How all pools of an account stand.
pub type Pools = BTreeMap<PoolKey, Pool>;

/// The watchers of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct SeatFeed {
    /// Their limits.
    pub config: WatchConfig,
    watched: Arc<Mutex<HashMap<AccountId, watch::Sender<Pools>>>>,
}

impl SeatFeed {
    /// Nobody watches yet.
    pub fn new(config: WatchConfig) -> Self {
        Self {
            config,
            watched: Arc::default(),
        }
    }

    /// Changes whenever an account's pools have been found otherwise, until it is dropped.
    pub fn subscribe(&self, account: AccountId) -> Result<watch::Receiver<Pools>, Error> {
        let mut watched = self.lock();
        let total: usize = watched.values().map(watch::Sender::receiver_count).sum();
        let sender = watched
            .entry(account)
            .or_insert_with(|| watch::Sender::new(Pools::new()));
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

    fn tell(&self, pools: Pools) {
        let mut by_account: HashMap<AccountId, Pools> = HashMap::new();
        for (key, pool) in pools {
            by_account.entry(key.account).or_default().insert(key, pool);
        }
        for (account, sender) in &*self.lock() {
            let pools = by_account.remove(account).unwrap_or_default();
            sender.send_if_modified(|known| {
                let changed = *known != pools;
                *known = pools;
                changed
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<Pools>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Looks once how the watched pools stand, and wakes whoever watches some that have changed.
    pub async fn poll_seat_pools(&self) -> Result<(), Error> {
        let accounts = self.seat_feed.accounts();
        if !accounts.is_empty() {
            self.seat_feed
                .tell(seat_pools::list_many(self.database.reader(), &accounts).await?);
        }
        Ok(())
    }
}
