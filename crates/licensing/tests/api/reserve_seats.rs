//! `ReservationService/ReserveSeats`.

use futures::future::join_all;
use licensing::Config;
use prost::Message;
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use proto::licensing::internal::v1::{Grant, ReserveSeatsRequest};
use tonic::Code;
use types::Mac;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, in_seconds, refusal, reserve, seats, user};

on_both_databases! {
    the_last_seat_goes_to_exactly_one_of_a_hundred
    all_products_are_held_or_none
    the_same_request_gets_the_same_grant
    a_hundred_twins_share_one_reservation
    a_released_request_gets_the_next_epoch
    a_confirmed_request_keeps_its_epoch
    a_request_that_its_reservation_does_not_cover_is_in_progress
    a_late_message_is_refused
    unknown_products_are_named_and_nothing_is_held
    counting_holds_nothing_and_leaves_out_what_the_request_holds
    a_grant_is_proven_whole
    bad_input_is_refused_and_holds_nothing
}

async fn the_last_seat_goes_to_exactly_one_of_a_hundred(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    // Through two processes: what keeps the seat is the database, not a queue in memory.
    let other = ReservationServiceClient::new(stack.replica().await);
    let call = async |index| {
        let mut client = if index % 2 == 0 {
            stack.reservations()
        } else {
            other.clone()
        };
        let message = stack.signed("gateway", reserve(account, &[("training", 1)]));
        client.reserve_seats(message).await.map(tonic::Response::into_inner)
    };
    let answers = join_all((0..100).map(call)).await;
    let granted = answers.iter().filter(|answer| answer.as_ref().unwrap().grant.is_some());
    assert_eq!(granted.count(), 1);
    assert_eq!(stack.pool(account, "training").await, [1, 0, 1, 0]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn all_products_are_held_or_none(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 1)]).await;
    let short = stack
        .reserve(reserve(account, &[("training", 2), ("phone", 2)]))
        .await
        .unwrap();
    assert_eq!(short.grant, None);
    let counts: Vec<_> = short
        .seats
        .iter()
        .map(|s| (s.product.as_str(), s.requested, s.available))
        .collect();
    assert_eq!(counts, [("phone", 2, 1), ("training", 2, 5)]);
    assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);

    let grant = stack.grant(account, &[("training", 2), ("phone", 1)]).await;
    assert_eq!(grant.seats, seats(&[("phone", 1), ("training", 2)]));
    assert_eq!(stack.pool(account, "training").await, [5, 0, 2, 3]);
    assert_eq!(stack.pool(account, "phone").await, [1, 0, 1, 0]);
}

async fn the_same_request_gets_the_same_grant(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 3)]).await;
    let request = reserve(account, &[("training", 2)]);
    let first = stack.reserve(request.clone()).await.unwrap();
    let again = stack.reserve(request.clone()).await.unwrap();
    assert_eq!(first.grant.as_ref().unwrap().key.as_ref().unwrap().epoch, 1);
    assert_eq!(first, again);
    let fewer = stack
        .reserve(ReserveSeatsRequest {
            seats: seats(&[("training", 1)]),
            ..request
        })
        .await
        .unwrap();
    assert_eq!(fewer.grant, first.grant);
    assert_eq!(stack.pool(account, "training").await, [3, 0, 2, 1]);
}

async fn a_hundred_twins_share_one_reservation(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 100)]).await;
    let request = reserve(account, &[("training", 1)]);
    let other = stack.replica().await;
    let mut other = ReservationServiceClient::new(other);
    let first = join_all((0..50).map(|_| stack.reserve(request.clone())));
    let second = async {
        let mut answers = Vec::new();
        for _ in 0..50 {
            let answer = other.reserve_seats(stack.signed("gateway", request.clone())).await;
            answers.push(answer.map(tonic::Response::into_inner));
        }
        answers
    };
    let (first, second) = tokio::join!(first, second);
    let grants: Vec<_> = first
        .into_iter()
        .chain(second)
        .map(|answer| answer.unwrap().grant.unwrap())
        .collect();
    assert!(grants.iter().all(|grant| *grant == grants[0]));
    assert_eq!(stack.pool(account, "training").await, [100, 0, 1, 99]);
}

async fn a_released_request_gets_the_next_epoch(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let request = reserve(account, &[("training", 1)]);
    let first = stack.reserve(request.clone()).await.unwrap().grant.unwrap();
    stack.abort(vec![first.key.clone()]).await.unwrap();
    let second = stack.reserve(request).await.unwrap().grant.unwrap();
    assert_eq!(second.key.as_ref().unwrap().epoch, 2);
    assert_ne!(first.mac, second.mac);
    // What was said about the first attempt does not touch the second.
    stack.abort(vec![first.key.clone()]).await.unwrap();
    stack
        .confirm(vec![confirmation(&first, vec![holder(&user(), &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [1, 0, 1, 0]);
}

async fn a_confirmed_request_keeps_its_epoch(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let request = reserve(account, &[("training", 1)]);
    let grant = stack.reserve(request.clone()).await.unwrap().grant.unwrap();
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&user(), &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.reserve(request).await.unwrap().grant, Some(grant));
    assert_eq!(stack.pool(account, "training").await, [1, 1, 0, 0]);
}

async fn a_request_that_its_reservation_does_not_cover_is_in_progress(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9), ("phone", 9)]).await;
    let request = reserve(account, &[("training", 2)]);
    stack.reserve(request.clone()).await.unwrap();
    for more in [&[("training", 3)][..], &[("training", 2), ("phone", 1)]] {
        let more = ReserveSeatsRequest {
            seats: seats(more),
            ..request.clone()
        };
        assert_eq!(
            refusal(stack.reserve(more).await),
            (Code::Aborted, "REQUEST_IN_PROGRESS".into())
        );
    }
    assert_eq!(stack.pool(account, "training").await, [9, 0, 2, 7]);
    assert_eq!(stack.pool(account, "phone").await, [9, 0, 0, 9]);
}

async fn a_late_message_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let mut late = reserve(account, &[("training", 1)]);
    late.not_after = Some(in_seconds(-1));
    assert_eq!(
        refusal(stack.reserve(late).await),
        (Code::Aborted, "REQUEST_STALE".into())
    );
    assert_eq!(stack.pool(account, "training").await, [1, 0, 0, 1]);
}

async fn unknown_products_are_named_and_nothing_is_held(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let answer = stack
        .reserve(reserve(account, &[("yoga", 1), ("training", 1), ("chess", 2)]))
        .await
        .unwrap();
    assert_eq!(answer.grant, None);
    assert_eq!(answer.unknown_products, ["chess", "yoga"]);
    assert_eq!(answer.seats.len(), 1);
    assert_eq!(stack.pool(account, "training").await, [1, 0, 0, 1]);
}

async fn counting_holds_nothing_and_leaves_out_what_the_request_holds(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let held = reserve(account, &[("training", 2)]);
    stack.reserve(held.clone()).await.unwrap();
    for (request_id, available) in [(String::new(), 3), (held.request_id, 5)] {
        let count = ReserveSeatsRequest {
            request_id,
            seats: seats(&[("training", 9), ("phone", 1), ("yoga", 1)]),
            not_after: None,
            validate_only: true,
            account_id: account.to_string(),
        };
        let answer = stack.reserve(count).await.unwrap();
        assert_eq!((answer.grant, answer.unknown_products), (None, vec!["yoga".to_owned()]));
        let counts: Vec<_> = answer
            .seats
            .iter()
            .map(|s| (s.product.as_str(), s.requested, s.available))
            .collect();
        assert_eq!(counts, [("phone", 1, 0), ("training", 9, available)]);
    }
    assert_eq!(stack.pool(account, "training").await, [5, 0, 2, 3]);
}

async fn a_grant_is_proven_whole(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let grant = stack.grant(account, &[("training", 2), ("phone", 1)]).await;
    let mac = Mac::new(b"a key that licensing and identity share").unwrap();
    let fits = |change: &dyn Fn(&mut Grant)| {
        let mut changed = Grant {
            mac: Vec::new(),
            ..grant.clone()
        };
        change(&mut changed);
        mac.verify(&changed.encode_to_vec(), &grant.mac).is_ok()
    };
    assert!(fits(&|_| {}));
    let changes: [&dyn Fn(&mut Grant); 8] = [
        &|grant| grant.key.as_mut().unwrap().epoch += 1,
        &|grant| grant.key.as_mut().unwrap().account_id.push('0'),
        &|grant| grant.key.as_mut().unwrap().request_id.push('0'),
        &|grant| grant.seats[0].quantity += 1,
        &|grant| grant.seats[1].product = "webinar".into(),
        &|grant| grant.seats.truncate(1),
        &|grant| grant.deadline.as_mut().unwrap().seconds += 1,
        &|grant| grant.deadline.as_mut().unwrap().nanos += 1,
    ];
    for change in changes {
        assert!(!fits(change));
    }
    let deadline = grant.deadline.unwrap().seconds;
    assert!((in_seconds(50).seconds..=in_seconds(70).seconds).contains(&deadline));
}

async fn bad_input_is_refused_and_holds_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let cases: [fn(&mut ReserveSeatsRequest); 12] = [
        |request| request.account_id.clear(),
        |request| request.account_id = user(),
        |request| request.account_id.push('0'),
        |request| request.request_id.clear(),
        |request| request.request_id = "not a uuid".into(),
        |request| request.seats.clear(),
        |request| request.seats = seats(&[("training", 0)]),
        |request| request.seats = seats(&[("training", -1)]),
        |request| request.seats = seats(&[("training", i64::MAX)]),
        |request| request.seats = seats(&[("training", 1), ("training", 1)]),
        |request| request.seats = seats(&[("", 1)]),
        |request| request.not_after = None,
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut request = reserve(account, &[("training", 1)]);
        change(&mut request);
        let refused = refusal(stack.reserve(request).await);
        assert_eq!(
            refused,
            (Code::InvalidArgument, "RESERVATION_MALFORMED".into()),
            "case {index}"
        );
    }
    assert_eq!(stack.count("SELECT count(*) AS n FROM reservations").await, 0);
    assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_come_together_are_committed_together() {
    let stack = Stack::on_postgres(plain).await;
    let account = stack.account(&[("training", 1_000)]).await;
    let calls = (0..200).map(|_| stack.reserve(reserve(account, &[("training", 1)])));
    let answers = join_all(calls).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().grant.is_some()));
    let transactions = stack
        .count("SELECT count(DISTINCT xmin::text) AS n FROM reservations")
        .await;
    assert!(transactions <= 100, "200 reservations in {transactions} transactions");
}
