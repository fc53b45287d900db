//! Many at once, on the same pools: nothing is oversubscribed, nothing waits in a circle, and every counter is right.

use chassis::Channel;
use futures::future::join_all;
use licensing::Config;
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use proto::licensing::internal::v1::{Grant, SetSeatTotalsRequest};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tonic::Code;
use types::AccountId;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, reserve, seats, user};

on_both_databases! {
    counters_equal_assignments_after_a_random_mix
    a_decrease_and_a_reservation_that_cannot_both_be_never_both_fail
    two_processes_on_one_database_never_give_a_seat_twice
}

const PRODUCTS: [&str; 3] = ["meeting", "phone", "training"];

/// One client's random life: reserves, confirms some, aborts some, releases some, and says much of it twice.
async fn live(stack: &Stack, accounts: &[AccountId], seed: u64, rounds: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut held: Vec<(AccountId, String)> = Vec::new();
    for _ in 0..rounds {
        let account = accounts[random.random_range(0..accounts.len())];
        let mut products: Vec<_> = PRODUCTS.into_iter().filter(|_| random.random_bool(0.6)).collect();
        if products.is_empty() {
            products.push("training");
        }
        let count = random.random_range(1..4);
        let list: Vec<_> = products.iter().map(|&product| (product, count)).collect();
        let request = reserve(account, &list);
        let Some(grant) = stack.reserve(request.clone()).await.unwrap().grant else {
            if let Some((account, subject)) = held.pop() {
                stack.release(account, &subject, 2).await.unwrap();
            }
            continue;
        };
        let users: Vec<_> = (0..random.random_range(0..=count)).map(|_| user()).collect();
        // A release may overtake the confirmation that it ends.
        if let Some(early) = users.first().filter(|_| random.random_bool(0.2)) {
            stack.release(account, early, 2).await.unwrap();
        }
        settle(
            stack,
            &grant,
            &users,
            &products,
            random.random_bool(0.3),
            random.random_bool(0.3),
        )
        .await;
        held.extend(users.into_iter().map(|user| (account, user)));
    }
}

async fn settle(stack: &Stack, grant: &Grant, users: &[String], products: &[&str], abort: bool, twice: bool) {
    let confirm = confirmation(grant, users.iter().map(|user| holder(user, products)).collect());
    let confirm = || stack.confirm(vec![confirm.clone()]);
    let cancel = || stack.abort(vec![grant.key.clone()]);
    match (abort, twice) {
        (false, false) => confirm().await.unwrap(),
        (true, false) => cancel().await.unwrap(),
        (_, true) => {
            let (first, second, third) = tokio::join!(confirm(), cancel(), confirm());
            first.and(second).and(third).unwrap();
        }
    }
}

async fn counters_equal_assignments_after_a_random_mix(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let mut accounts = Vec::new();
    for _ in 0..2 {
        accounts.push(stack.account(&PRODUCTS.map(|product| (product, 40))).await);
    }
    join_all((0..16).map(|seed| live(&stack, &accounts, seed, 12))).await;
    assert_eq!(stack.wrong_counters().await, 0);
    assert_eq!(stack.oversubscribed().await, 0);
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM reservations WHERE state = 'PENDING'")
            .await,
        0
    );
    assert!(
        stack
            .count("SELECT count(*) AS n FROM seat_holders WHERE products <> '{}'")
            .await
            > 0
    );
}

async fn a_decrease_and_a_reservation_that_cannot_both_be_never_both_fail(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    for _ in 0..20 {
        let mut accounts = Vec::new();
        for _ in 0..50 {
            accounts.push(stack.account(&[("training", 3), ("phone", 1)]).await);
        }
        let lost = join_all(accounts.iter().map(|&account| race(&stack, account))).await;
        assert_eq!(lost, vec![1; accounts.len()]);
        assert_eq!(stack.oversubscribed().await, 0);
    }
    assert_eq!(stack.wrong_counters().await, 0);
}

/// Of three seats one is to go and three are wanted, by two who race each other too: how many of the three do not get what
/// they want.
async fn race(stack: &Stack, account: AccountId) -> usize {
    let fewer = SetSeatTotalsRequest {
        account_id: account.to_string(),
        version: 2,
        seats: seats(&[("training", 2), ("phone", 1)]),
        refuse_in_use: true,
        ..SetSeatTotalsRequest::default()
    };
    let (set, first, second) = tokio::join!(
        stack.set(fewer),
        stack.reserve(reserve(account, &[("training", 2)])),
        stack.reserve(reserve(account, &[("training", 1), ("phone", 1)])),
    );
    let in_use = set.is_err();
    if in_use {
        assert_eq!(refusal(set), (Code::FailedPrecondition, "SEATS_IN_USE".into()));
    }
    let refused = [first, second].map(|answer| answer.unwrap().grant.is_none());
    [in_use].into_iter().chain(refused).filter(|&lost| lost).count()
}

async fn two_processes_on_one_database_never_give_a_seat_twice(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let other = ReservationServiceClient::new(stack.replica().await);
    let ask = async |mut client: ReservationServiceClient<Channel>, account: AccountId| {
        let message = stack.signed("gateway", reserve(account, &[("training", 1)]));
        client.reserve_seats(message).await.unwrap().into_inner().grant
    };
    // Both processes decide on the same accounts at the same time, many in a transaction, and once is not enough to be sure
    // that they meet.
    for _ in 0..6 {
        let mut accounts = Vec::new();
        for _ in 0..30 {
            accounts.push(stack.account(&[("training", 1)]).await);
        }
        let both = |&account| [ask(stack.reservations(), account), ask(other.clone(), account)];
        let granted = join_all(accounts.iter().flat_map(both)).await.into_iter().flatten();
        assert_eq!((granted.count(), stack.oversubscribed().await), (accounts.len(), 0));
    }
    assert_eq!(stack.wrong_counters().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_at_once_on_the_same_pools_do_not_deadlock() {
    let stack = Stack::on_postgres(plain).await;
    let account = stack.account(&PRODUCTS.map(|product| (product, 500))).await;
    let mut confirmations = Vec::new();
    let mut releases = Vec::new();
    for _ in 0..64 {
        let grant = stack
            .grant(account, &[("training", 1), ("phone", 1), ("meeting", 1)])
            .await;
        let subject = user();
        confirmations.push(confirmation(&grant, vec![holder(&subject, &PRODUCTS)]));
        releases.push(subject);
    }
    let calls = (0..64).map(async |index| {
        // Each batch names the same reservations in an order of its own.
        let mut batch = confirmations.clone();
        batch.rotate_left(index);
        if index % 2 == 0 {
            batch.reverse();
        }
        let (confirmed, reserved, released) = tokio::join!(
            stack.confirm(batch),
            stack.reserve(reserve(account, &[("meeting", 1), ("training", 1), ("phone", 1)])),
            stack.release(account, &releases[63 - index], 2),
        );
        confirmed.unwrap();
        reserved.unwrap().grant.unwrap();
        released.unwrap();
    });
    join_all(calls).await;
    assert_eq!(stack.wrong_counters().await, 0);
    assert_eq!(stack.pool(account, "training").await, [500, 0, 64, 436]);
    let deadlocks = "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(stack.count(deadlocks).await, 0);
}
