//! What is forgotten, and what never is.

use std::time::Duration;

use licensing::Config;
use testkit::eventually;

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, user};

on_both_databases! {
    what_is_settled_is_forgotten_after_its_time
    a_tombstone_outlives_the_reservations_from_before_it
    what_is_fresh_is_kept
}

fn forgetful(config: &mut Config) {
    config.retention.keep = Duration::from_millis(1);
    config.retention.batch = 2;
}

async fn gone(stack: &Stack, sql: &'static str) {
    eventually(SOON, async || match stack.count(sql).await {
        0 => Ok(()),
        n => Err(format!("{n} rows")),
    })
    .await;
}

async fn what_is_settled_is_forgotten_after_its_time(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(forgetful).await;
    let account = stack.account(&[("training", 20)]).await;
    let ann = user();
    let pending = stack.grant(account, &[("training", 1)]).await;
    let confirmed = stack.grant(account, &[("training", 1)]).await;
    stack
        .confirm(vec![confirmation(&confirmed, vec![holder(&ann, &["training"])])])
        .await
        .unwrap();
    for _ in 0..5 {
        let aborted = stack.grant(account, &[("training", 1)]).await;
        stack.abort(vec![aborted.key]).await.unwrap();
    }
    gone(
        &stack,
        "SELECT count(*) AS n FROM reservations WHERE state <> 'PENDING'",
    )
    .await;
    assert_eq!(stack.pool(account, "training").await, [20, 1, 1, 18]);
    assert_eq!(stack.holdings(account, &[&ann]).await.len(), 1);
    stack.abort(vec![pending.key]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [20, 1, 0, 19]);
}

async fn a_tombstone_outlives_the_reservations_from_before_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(forgetful).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    let (ann, other) = (user(), stack.account(&[]).await);
    stack.release(account, &ann, 2).await.unwrap();
    stack.release(other, &user(), 2).await.unwrap();
    // When the other account's tombstone is gone, the purge has been there.
    gone_but(&stack, 1).await;
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&ann, &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);
    gone(&stack, "SELECT count(*) AS n FROM seat_holders").await;
}

async fn gone_but(stack: &Stack, left: i64) {
    eventually(SOON, async || {
        match stack.count("SELECT count(*) AS n FROM seat_holders").await {
            n if n == left => Ok(()),
            n => Err(format!("{n} holders")),
        }
    })
    .await;
}

async fn what_is_fresh_is_kept(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let old = stack.grant(account, &[("training", 1)]).await;
    stack.abort(vec![old.key]).await.unwrap();
    stack.execute("UPDATE reservations SET settle_time = 0").await;
    let fresh = stack.grant(account, &[("training", 1)]).await;
    stack.abort(vec![fresh.key]).await.unwrap();
    stack.release(account, &user(), 1).await.unwrap();
    gone(&stack, "SELECT count(*) AS n FROM reservations WHERE settle_time = 0").await;
    assert_eq!(stack.count("SELECT count(*) AS n FROM reservations").await, 1);
    assert_eq!(stack.count("SELECT count(*) AS n FROM seat_holders").await, 1);
}
