//! Tells the watchers in this process how their accounts' pools stand: one query for all of them, whatever process changed
//! the pools.

use std::collections::{BTreeMap, HashMap};

use types::AccountId;

use super::{App, Error};
use crate::domain::seat_pool::{Pool, PoolKey};
use crate::store::seat_pools;

/// How all pools of an account stand.
pub type Pools = BTreeMap<PoolKey, Pool>;

impl App {
    /// Looks once how the watched pools stand, and wakes whoever watches some that have changed.
    pub async fn poll_seat_pools(&self) -> Result<(), Error> {
        let accounts = self.watchers.accounts();
        if accounts.is_empty() {
            return Ok(());
        }
        let mut by_account: HashMap<AccountId, Pools> = HashMap::new();
        for (key, pool) in seat_pools::list_many(self.database.reader(), &accounts).await? {
            by_account.entry(key.account).or_default().insert(key, pool);
        }
        for account in accounts {
            self.watchers
                .tell(account, by_account.remove(&account).unwrap_or_default());
        }
        Ok(())
    }
}
