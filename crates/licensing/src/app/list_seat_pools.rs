//! Lists an account's pools.

use chassis::Caller;

use super::{App, Error};
use crate::domain::seat_pool::{Pool, PoolKey};
use crate::store::seat_pools;

impl App {
    /// The pools of the caller's account, in alphabetical order of products.
    pub async fn list_seat_pools(&self, caller: &Caller) -> Result<Vec<(PoolKey, Pool)>, Error> {
        let account = super::person(caller)?.account;
        let pools = seat_pools::list(self.database.reader(), account).await?;
        Ok(pools.into_iter().collect())
    }
}
