//! `ReservationService/AbortReservations`.

use licensing::Config;
use proto::licensing::internal::v1::ReservationKey;
use tonic::Code;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, user};

on_both_databases! {
    aborting_frees_the_seats_once
    aborting_after_a_confirmation_changes_nothing
    bad_input_is_refused_and_aborts_nothing
}

async fn aborting_frees_the_seats_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let grant = stack.grant(account, &[("training", 2), ("phone", 1)]).await;
    let other = stack.grant(account, &[("training", 1)]).await;
    let later = grant.key.clone().map(|key| ReservationKey { epoch: 2, ..key });
    stack.abort(vec![later]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 0, 3, 2]);
    for _ in 0..2 {
        stack.abort(vec![grant.key.clone(), grant.key.clone()]).await.unwrap();
        assert_eq!(stack.pool(account, "training").await, [5, 0, 1, 4]);
        assert_eq!(stack.pool(account, "phone").await, [5, 0, 0, 5]);
    }
    stack.abort(vec![other.key]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);
}

async fn aborting_after_a_confirmation_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&user(), &["training"])])])
        .await
        .unwrap();
    stack.abort(vec![grant.key]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
}

async fn bad_input_is_refused_and_aborts_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let good = stack.grant(account, &[("training", 1)]).await.key.unwrap();
    let cases = [
        ReservationKey {
            account_id: String::new(),
            ..good.clone()
        },
        ReservationKey {
            request_id: "x".into(),
            ..good.clone()
        },
        ReservationKey {
            epoch: -1,
            ..good.clone()
        },
    ];
    let malformed = (Code::InvalidArgument, "RESERVATION_MALFORMED".to_owned());
    for bad in cases {
        assert_eq!(
            refusal(stack.abort(vec![Some(good.clone()), Some(bad)]).await),
            malformed
        );
    }
    assert_eq!(refusal(stack.abort(vec![Some(good); 1_001]).await), malformed);
    assert_eq!(stack.pool(account, "training").await, [5, 0, 1, 4]);
}
