//! `SeatService/BatchGetHoldings`.

use licensing::Config;
use proto::licensing::internal::v1::BatchGetHoldingsRequest;
use tonic::Code;
use types::AccountId;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, user};

on_both_databases! {
    those_who_hold_seats_of_the_account_are_answered
    bad_input_is_refused
}

async fn those_who_hold_seats_of_the_account_are_answered(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let other = stack.account(&[("training", 5)]).await;
    let (ann, bob, eve) = (user(), user(), user());
    for (account, subject) in [(account, &ann), (account, &bob), (other, &eve)] {
        let grant = stack.grant(account, &[("training", 1)]).await;
        stack
            .confirm(vec![confirmation(&grant, vec![holder(subject, &["training"])])])
            .await
            .unwrap();
    }
    stack.release(account, &bob, 2).await.unwrap();
    let asked: [&str; 5] = [&ann, &bob, &eve, &user(), &ann];
    assert_eq!(stack.holdings(account, &asked).await, [holder(&ann, &["training"])]);
    assert_eq!(stack.holdings(other, &asked).await, [holder(&eve, &["training"])]);
    assert_eq!(stack.holdings(account, &[]).await, []);
}

async fn bad_input_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account_id = AccountId::new().to_string();
    let cases = [
        (String::new(), vec![user()]),
        (account_id.clone(), vec![user(), "ann".into()]),
        (account_id, vec![user(); 1_001]),
    ];
    for (account_id, subjects) in cases {
        let message = stack.signed("gateway", BatchGetHoldingsRequest { account_id, subjects });
        let refused = refusal(stack.ledger().batch_get_holdings(message).await);
        assert_eq!(refused, (Code::InvalidArgument, "SUBJECTS_MALFORMED".into()));
    }
}
