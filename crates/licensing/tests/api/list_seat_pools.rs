//! `SeatService/ListSeatPools`.

use licensing::Config;
use types::AccountId;

use crate::stack::{Stack, on_both_databases, plain};

on_both_databases! {
    an_account_sees_its_own_pools_in_alphabetical_order
}

async fn an_account_sees_its_own_pools_in_alphabetical_order(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("webinar", 1), ("meeting", 3), ("training", 2)]).await;
    stack.account(&[("phone", 7)]).await;
    let pools = stack.pools(account).await;
    let pools: Vec<_> = pools.iter().map(|pool| (pool.product.as_str(), pool.seats)).collect();
    assert_eq!(pools, [("meeting", 3), ("training", 2), ("webinar", 1)]);
    assert_eq!(stack.pools(AccountId::new()).await, []);
}
