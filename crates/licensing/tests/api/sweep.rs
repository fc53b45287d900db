//! The sweeper: reservations past their deadline are settled as identity says.

use std::time::Duration;

use licensing::Config;
use proto::licensing::internal::v1::{Confirmation, Grant};
use testkit::eventually;
use types::AccountId;

use crate::stack::{SOON, Stack, hasty, on_both_databases, plain};
use crate::words::{confirmation, holder, user};

on_both_databases! {
    what_identity_has_committed_is_confirmed
    what_identity_has_not_committed_is_freed
    nothing_is_freed_while_identity_is_down
    nothing_is_asked_before_the_deadline
    an_impossible_answer_holds_up_no_other
    replicas_share_the_work
}

/// Waits until a pool has so many seats assigned and reserved.
async fn settled(stack: &Stack, account: AccountId, expected: [i64; 2]) {
    eventually(SOON, async || {
        let [_, assigned, reserved, _] = stack.pool(account, "training").await;
        let found = [assigned, reserved];
        if found == expected {
            Ok(())
        } else {
            Err(format!("assigned and reserved: {found:?}"))
        }
    })
    .await;
}

/// A sweeper that rests until identity can know what is to be said.
fn waiting(config: &mut Config) {
    config.reservations.ttl = Duration::from_millis(400);
}

async fn what_identity_has_committed_is_confirmed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(waiting).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 2)]).await;
    let ann = user();
    stack
        .identity
        .commit(confirmation(&grant, vec![holder(&ann, &["training"])]));
    settled(&stack, account, [1, 0]).await;
    assert_eq!(stack.holdings(account, &[&ann]).await, [holder(&ann, &["training"])]);
    // The relay's own message comes after all.
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&ann, &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn what_identity_has_not_committed_is_freed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(hasty).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 2)]).await;
    settled(&stack, account, [0, 0]).await;
    assert_eq!(stack.identity.asked(), [grant.key.unwrap()]);
}

async fn nothing_is_freed_while_identity_is_down(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(hasty).await;
    stack.identity.set_down(true);
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 2)]).await;
    // It is asked again and again, which shows that the sweeper comes by and does nothing.
    eventually(SOON, async || match stack.identity.asked().len() {
        0..3 => Err("asked fewer than three times"),
        _ => Ok(()),
    })
    .await;
    assert_eq!(stack.pool(account, "training").await, [5, 0, 2, 3]);
    stack
        .identity
        .commit(confirmation(&grant, vec![holder(&user(), &["training"])]));
    stack.identity.set_down(false);
    settled(&stack, account, [1, 0]).await;
}

async fn nothing_is_asked_before_the_deadline(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let early = stack.grant(account, &[("training", 1)]).await;
    stack.grant(account, &[("training", 2)]).await;
    // One of the two is made to be late; when it is settled, the sweeper has been there.
    stack
        .execute("UPDATE reservations SET next_sweep_time = 0 WHERE seats = '{\"training\":1}'")
        .await;
    settled(&stack, account, [0, 2]).await;
    assert_eq!(stack.identity.asked(), [early.key.unwrap()]);
}

async fn an_impossible_answer_holds_up_no_other(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(waiting).await;
    let account = stack.account(&[("training", 5)]).await;
    let bad = stack.grant(account, &[("training", 1)]).await;
    stack
        .identity
        .commit(confirmation(&bad, vec![holder(&user(), &["training", "phone"])]));
    let malformed = stack.grant(account, &[("training", 1)]).await;
    stack
        .identity
        .commit(confirmation(&malformed, vec![holder("ann", &["training"])]));
    let good: Vec<Grant> = vec![stack.grant(account, &[("training", 1)]).await];
    let commit = |grant: &Grant| -> Confirmation { confirmation(grant, vec![holder(&user(), &["training"])]) };
    stack.identity.commit(commit(&good[0]));
    settled(&stack, account, [1, 2]).await;
    // When identity has come to its senses, so do they.
    stack.identity.commit(commit(&bad));
    stack.identity.commit(commit(&malformed));
    settled(&stack, account, [3, 0]).await;
}

async fn replicas_share_the_work(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(small_batches).await;
    for _ in 0..2 {
        stack.replica().await;
    }
    let account = stack.account(&[("training", 60)]).await;
    for _ in 0..60 {
        stack.grant(account, &[("training", 1)]).await;
    }
    settled(&stack, account, [0, 0]).await;
    let mut asked: Vec<_> = stack.identity.asked().into_iter().map(|key| key.request_id).collect();
    asked.sort();
    let count = asked.len();
    asked.dedup();
    assert_eq!(
        (count, asked.len()),
        (60, 60),
        "each is asked about once, by whoever has claimed it"
    );
}

fn small_batches(config: &mut Config) {
    hasty(config);
    config.sweep.batch = 4;
    config.sweep.lease = Duration::from_secs(30);
}
