//! `SeatService/WatchSeats`.

use std::time::Duration;

use chassis::{Actor, Channel, Person};
use licensing::Config;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{SeatPool, WatchSeatsRequest, WatchSeatsResponse};
use tonic::{Code, Status, Streaming};
use types::{AccountId, Role};

use crate::identity::Caller;
use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{person, refusal, user};

on_both_databases! {
    whoever_watches_sees_the_pools_as_they_are_and_as_they_change
    a_change_by_another_process_is_seen_too
    a_watch_ends_when_its_time_is_over
    a_watch_ends_when_its_watcher_may_not_watch_any_longer
    watchers_are_limited
}

/// An admin, whom identity knows.
fn admin(stack: &Stack, account: AccountId) -> Person {
    let Actor::Person(admin) = person(account, Role::Admin) else {
        panic!("somebody is a person");
    };
    stack.identity.log_in(&admin, Caller::Is(account, Role::Admin));
    admin
}

async fn watch(stack: &Stack, channel: Channel, admin: &Person) -> Result<Streaming<WatchSeatsResponse>, Status> {
    let request = stack.signed_for("gateway", &Actor::Person(*admin), WatchSeatsRequest {});
    Ok(SeatServiceClient::new(channel).watch_seats(request).await?.into_inner())
}

/// The next part of a watch, which comes soon; none at its end.
async fn next(watch: &mut Streaming<WatchSeatsResponse>) -> Result<Option<Vec<SeatPool>>, Status> {
    let part = tokio::time::timeout(SOON, watch.message()).await.unwrap()?;
    Ok(part.map(|part| part.seat_pools))
}

/// Waits until the pools are these: what happens at once may be told in parts.
async fn until(watch: &mut Streaming<WatchSeatsResponse>, pools: &[SeatPool]) {
    while next(watch).await.unwrap().unwrap() != pools {}
}

async fn whoever_watches_sees_the_pools_as_they_are_and_as_they_change(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 1), ("training", 3)]).await;
    let other = stack.account(&[("training", 3)]).await;
    let mut watch = watch(&stack, stack.channel(), &admin(&stack, account)).await.unwrap();
    assert_eq!(next(&mut watch).await.unwrap().unwrap(), stack.pools(account).await);
    stack.seat(other, &user(), &["training"]).await;
    let holder = user();
    stack.seat(account, &holder, &["training"]).await;
    until(&mut watch, &stack.pools(account).await).await;
    stack.release(account, &holder, 2).await.unwrap();
    until(&mut watch, &stack.pools(account).await).await;
    stack.set_totals(account, 2, &[]).await.unwrap();
    until(&mut watch, &stack.pools(account).await).await;
}

async fn a_change_by_another_process_is_seen_too(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 3)]).await;
    let there = stack.replica().await;
    let mut watch = watch(&stack, there, &admin(&stack, account)).await.unwrap();
    next(&mut watch).await.unwrap().unwrap();
    stack.seat(account, &user(), &["training"]).await;
    until(&mut watch, &stack.pools(account).await).await;
}

async fn a_watch_ends_when_its_time_is_over(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.watches.lifetime = Duration::from_millis(50)).await;
    let account = stack.account(&[("training", 3)]).await;
    let mut watch = watch(&stack, stack.channel(), &admin(&stack, account)).await.unwrap();
    next(&mut watch).await.unwrap().unwrap();
    assert_eq!(next(&mut watch).await.unwrap(), None, "it ends with OK");
}

async fn a_watch_ends_when_its_watcher_may_not_watch_any_longer(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 3)]).await;
    let cases = [
        (
            Caller::Is(account, Role::Member),
            Code::PermissionDenied,
            "PERMISSION_REQUIRED",
        ),
        (
            Caller::Is(AccountId::new(), Role::Admin),
            Code::Unauthenticated,
            "SESSION_ENDED",
        ),
        (Caller::LoggedOut, Code::Unauthenticated, "SESSION_ENDED"),
        (Caller::Unknown, Code::Unavailable, "PEER_UNAVAILABLE"),
    ];
    let mut watches = Vec::new();
    for (caller, code, reason) in cases {
        let admin = admin(&stack, account);
        let mut watch = watch(&stack, stack.channel(), &admin).await.unwrap();
        next(&mut watch).await.unwrap().unwrap();
        stack.identity.log_in(&admin, caller);
        watches.push((watch, code, reason));
    }
    for (mut watch, code, reason) in watches {
        assert_eq!(refusal(next(&mut watch).await), (code, reason.into()));
    }
}

async fn watchers_are_limited(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| {
        config.watches.watchers = 3;
        config.watches.watchers_per_account = 2;
    })
    .await;
    let (account, other) = (AccountId::new(), AccountId::new());
    let open = async |account| watch(&stack, stack.channel(), &admin(&stack, account)).await;
    let too_many = (Code::ResourceExhausted, "TOO_MANY_WATCHERS".to_owned());
    let mut first = open(account).await.unwrap();
    let _second = open(account).await.unwrap();
    assert_eq!(next(&mut first).await.unwrap().unwrap(), []);
    assert_eq!(refusal(open(account).await), too_many);
    let _third = open(other).await.unwrap();
    assert_eq!(refusal(open(other).await), too_many);
    drop(first);
    testkit::eventually(SOON, async || {
        open(other).await.map(drop).map_err(|status| status.to_string())
    })
    .await;
}
