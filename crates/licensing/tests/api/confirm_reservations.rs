//! `ReservationService/ConfirmReservations`.

use licensing::Config;
use proto::licensing::internal::v1::{Confirmation, Holder};
use tonic::Code;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, reserve, user};

on_both_databases! {
    confirming_assigns_the_seats
    confirming_twice_changes_nothing_more
    confirming_after_an_abort_changes_nothing
    a_release_that_comes_first_wins
    confirming_more_for_a_holder_takes_the_difference
    changes_that_overtake_each_other_never_count_a_seat_twice
    fewer_holders_free_the_rest
    holders_beyond_the_reservation_refuse_the_whole_call
    a_batch_confirms_all_of_its_reservations
    bad_input_is_refused_and_confirms_nothing
}

async fn confirming_assigns_the_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let grant = stack.grant(account, &[("training", 2), ("phone", 1)]).await;
    let (ann, bob) = (user(), user());
    let holders = vec![holder(&ann, &["phone", "training"]), holder(&bob, &["training"])];
    stack
        .confirm(vec![confirmation(&grant, holders.clone())])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 2, 0, 3]);
    assert_eq!(stack.pool(account, "phone").await, [5, 1, 0, 4]);
    let mut expected = holders;
    expected.sort_by(|a, b| a.subject.cmp(&b.subject));
    assert_eq!(stack.holdings(account, &[&ann, &bob]).await, expected);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn confirming_twice_changes_nothing_more(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    let confirm = confirmation(&grant, vec![holder(&user(), &["training"])]);
    stack.confirm(vec![confirm.clone(), confirm.clone()]).await.unwrap();
    stack.confirm(vec![confirm]).await.unwrap();
    // Nor does a second confirmation that says something else.
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&user(), &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn confirming_after_an_abort_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    stack.abort(vec![grant.key.clone()]).await.unwrap();
    let ann = user();
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&ann, &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);
    assert_eq!(stack.holdings(account, &[&ann]).await, []);
}

async fn a_release_that_comes_first_wins(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 2)]).await;
    let (ann, bob) = (user(), user());
    stack.release(account, &ann, 2).await.unwrap();
    let holders = vec![holder(&ann, &["training"]), holder(&bob, &["training"])];
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
    assert_eq!(
        stack.holdings(account, &[&ann, &bob]).await,
        [holder(&bob, &["training"])]
    );
    assert_eq!(stack.wrong_counters().await, 0);
}

/// What a subject has as of a version, and what of it it had before.
fn change(subject: &str, version: i64, products: &[&str], kept: &[&str]) -> Holder {
    Holder {
        version,
        kept: kept.iter().map(|&product| product.to_owned()).collect(),
        ..holder(subject, products)
    }
}

async fn confirming_more_for_a_holder_takes_the_difference(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 2), ("phone", 1)]).await;
    let ann = user();
    let first = stack.grant(account, &[("training", 1)]).await;
    let held = vec![holder(&ann, &["training"])];
    stack.confirm(vec![confirmation(&first, held)]).await.unwrap();
    // One more than is needed: somebody has given Ann one of them meanwhile.
    let more = stack.grant(account, &[("training", 1), ("phone", 1)]).await;
    let both = change(&ann, 2, &["phone", "training"], &["training"]);
    stack.confirm(vec![confirmation(&more, vec![both])]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [2, 1, 0, 1]);
    assert_eq!(stack.pool(account, "phone").await, [1, 1, 0, 0]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn changes_that_overtake_each_other_never_count_a_seat_twice(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1), ("phone", 1)]).await;
    let ann = user();
    let training = stack.grant(account, &[("training", 1)]).await;
    let phone = stack.grant(account, &[("phone", 1)]).await;
    let first = confirmation(&training, vec![holder(&ann, &["training"])]);
    let second = confirmation(&phone, vec![change(&ann, 2, &["phone", "training"], &["training"])]);
    stack.confirm(vec![second.clone()]).await.unwrap();
    assert_eq!(
        stack.pool(account, "training").await,
        [1, 0, 1, 0],
        "its reservation still holds it"
    );
    assert_eq!(stack.pool(account, "phone").await, [1, 1, 0, 0]);
    stack.confirm(vec![first.clone(), second]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [1, 1, 0, 0]);
    // The last change comes before the one that it ends.
    stack.release_to(account, &ann, 4, &["phone"]).await.unwrap();
    let again = stack.grant(account, &[("training", 1)]).await;
    let third = confirmation(&again, vec![change(&ann, 3, &["phone", "training"], &["phone"])]);
    stack.confirm(vec![third, first]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [1, 0, 0, 1]);
    let left = change(&ann, 4, &["phone"], &[]);
    assert_eq!(stack.holdings(account, &[&ann]).await, [left]);
    assert_eq!((stack.wrong_counters().await, stack.oversubscribed().await), (0, 0));
}

async fn fewer_holders_free_the_rest(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 3), ("phone", 3)]).await;
    let grant = stack.grant(account, &[("training", 3), ("phone", 2)]).await;
    stack
        .confirm(vec![confirmation(&grant, vec![holder(&user(), &["training"])])])
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [3, 1, 0, 2]);
    assert_eq!(stack.pool(account, "phone").await, [3, 0, 0, 3]);
    let none = stack.grant(account, &[("phone", 3)]).await;
    stack.confirm(vec![confirmation(&none, Vec::new())]).await.unwrap();
    assert_eq!(stack.pool(account, "phone").await, [3, 0, 0, 3]);
}

async fn holders_beyond_the_reservation_refuse_the_whole_call(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let good = stack.grant(account, &[("training", 1)]).await;
    let good = confirmation(&good, vec![holder(&user(), &["training"])]);
    let grant = stack.grant(account, &[("training", 1)]).await;
    let cases = [
        vec![holder(&user(), &["phone"])],
        vec![holder(&user(), &["training", "phone"])],
        vec![holder(&user(), &["training"]), holder(&user(), &["training"])],
    ];
    for holders in cases {
        let refused = refusal(stack.confirm(vec![good.clone(), confirmation(&grant, holders)]).await);
        assert_eq!(refused, (Code::InvalidArgument, "CONFIRMATION_MALFORMED".into()));
        assert_eq!(stack.pool(account, "training").await, [5, 0, 2, 3]);
    }
}

async fn a_batch_confirms_all_of_its_reservations(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let mut confirmations = Vec::new();
    let mut accounts = Vec::new();
    for _ in 0..10 {
        let account = stack.account(&[("training", 10)]).await;
        accounts.push(account);
        for _ in 0..10 {
            let grant = stack.grant(account, &[("training", 1)]).await;
            confirmations.push(confirmation(&grant, vec![holder(&user(), &["training"])]));
        }
    }
    stack.confirm(confirmations).await.unwrap();
    for account in accounts {
        assert_eq!(stack.pool(account, "training").await, [10, 10, 0, 0]);
    }
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn bad_input_is_refused_and_confirms_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack
        .reserve(reserve(account, &[("training", 1)]))
        .await
        .unwrap()
        .grant
        .unwrap();
    let good = confirmation(&grant, vec![holder(&user(), &["training"])]);
    let cases: [fn(&mut Confirmation); 13] = [
        |bad| bad.key = None,
        |bad| bad.key.as_mut().unwrap().account_id.clear(),
        |bad| bad.key.as_mut().unwrap().request_id.clear(),
        |bad| bad.key.as_mut().unwrap().epoch = 0,
        |bad| bad.holders[0].subject.clear(),
        |bad| bad.holders[0].subject = "grp_0123456789abcdef0123456789abcdef".into(),
        |bad| bad.holders[0].version = 0,
        |bad| bad.holders[0].products.push("training".into()),
        |bad| bad.holders[0].products.push(String::new()),
        |bad| bad.holders[0].kept.push("phone".into()),
        |bad| bad.assigner_id = "somebody".into(),
        |bad| bad.assigner_id = types::AccountId::new().to_string(),
        |bad| {
            bad.holders.push(Holder {
                products: Vec::new(),
                ..bad.holders[0].clone()
            })
        },
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        let refused = refusal(stack.confirm(vec![good.clone(), bad]).await);
        assert_eq!(
            refused,
            (Code::InvalidArgument, "CONFIRMATION_MALFORMED".into()),
            "case {index}"
        );
    }
    let refused = refusal(stack.confirm(vec![good; 1_001]).await);
    assert_eq!(refused, (Code::InvalidArgument, "CONFIRMATION_MALFORMED".into()));
    assert_eq!(stack.pool(account, "training").await, [5, 0, 1, 4]);
}
