//! CreateAccount.

use futures::future::join_all;
use identity::Config;
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};
use tonic::{Code, Status};

use crate::peers::Mood;
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{PASSWORD, address, arrived, bad_fields, new_account, refusal};

on_both_databases! {
    the_first_user_holds_every_post_and_can_log_in
    the_same_request_makes_one_account
    the_same_request_many_times_at_once_makes_one_account
    a_request_id_is_not_good_for_another_first_user
    an_address_that_is_taken_is_refused
    billing_is_told_also_when_it_was_down
    bad_fields_are_named
}

async fn create(stack: &Stack, request: &CreateAccountRequest) -> Result<CreateAccountResponse, Status> {
    let message = stack.signed("operator", request.clone());
    Ok(stack.accounts().create_account(message).await?.into_inner())
}

async fn the_first_user_holds_every_post_and_can_log_in(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let request = new_account();
    let created = create(&stack, &request).await.unwrap();
    let tokens = stack.log_in(&request.email, PASSWORD).await.unwrap();
    assert_eq!(
        (tokens.account_id, tokens.user_id),
        (created.account_id, created.user_id)
    );
    let posts = stack
        .count("SELECT count(*) AS n FROM users u JOIN accounts a ON a.billing_contact_id = u.id WHERE role = 'SUPER_ADMIN'")
        .await;
    assert_eq!(posts, 1);
}

async fn the_same_request_makes_one_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let request = new_account();
    let created = create(&stack, &request).await.unwrap();
    assert_eq!(create(&stack, &request).await.unwrap(), created);
    assert_eq!((stack.rows("accounts").await, stack.rows("users").await), (1, 1));
    arrived(1, || stack.peers.subscriptions()).await;
    stack.delivered().await;
    assert_eq!(stack.peers.subscriptions().len(), 1);
}

async fn the_same_request_many_times_at_once_makes_one_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let request = new_account();
    let answers = join_all((0..10).map(|_| create(&stack, &request))).await;
    let created = create(&stack, &request).await.unwrap();
    for answer in answers {
        match answer {
            Ok(answer) => assert_eq!(answer, created),
            Err(status) => assert_eq!(
                refusal::<()>(Err(status)),
                (Code::Aborted, "REQUEST_IN_PROGRESS".into())
            ),
        }
    }
    assert_eq!((stack.rows("accounts").await, stack.rows("users").await), (1, 1));
    arrived(1, || stack.peers.subscriptions()).await;
    stack.delivered().await;
    assert_eq!(stack.peers.subscriptions().len(), 1);
}

async fn a_request_id_is_not_good_for_another_first_user(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let mut request = new_account();
    create(&stack, &request).await.unwrap();
    request.email = address();
    let refused = refusal(create(&stack, &request).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    assert_eq!(stack.users_with(&request.email).await, 0);
}

async fn an_address_that_is_taken_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let first = new_account();
    create(&stack, &first).await.unwrap();
    for email in [first.email.clone(), first.email.to_uppercase()] {
        let status = create(&stack, &CreateAccountRequest { email, ..new_account() })
            .await
            .unwrap_err();
        assert_eq!(bad_fields(&status), [("email".into(), "USER_EXISTS".into())]);
        assert_eq!(refusal::<()>(Err(status)), (Code::AlreadyExists, "USER_EXISTS".into()));
    }
    assert_eq!((stack.rows("accounts").await, stack.rows("users").await), (1, 1));
}

async fn billing_is_told_also_when_it_was_down(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    stack.peers.set_billing(Mood::Down);
    let mut expected = Vec::new();
    for plan in ["team", "business"] {
        let request = CreateAccountRequest {
            plan: plan.into(),
            ..new_account()
        };
        let created = create(&stack, &request).await.unwrap();
        expected.push((created.account_id, plan.to_owned()));
    }
    assert_eq!(stack.peers.subscriptions(), []);
    stack.peers.set_billing(Mood::Well);
    let told = arrived(2, || stack.peers.subscriptions()).await;
    let mut told: Vec<_> = told.into_iter().map(|sent| (sent.account_id, sent.plan)).collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

async fn bad_fields_are_named(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    type Case = (fn(&mut CreateAccountRequest), &'static str, &'static str);
    let stack = stack(plain).await;
    let cases: [Case; 16] = [
        (|bad| bad.request_id.clear(), "request_id", "REQUEST_ID_MALFORMED"),
        (
            |bad| bad.request_id = "one".into(),
            "request_id",
            "REQUEST_ID_MALFORMED",
        ),
        (|bad| bad.name.clear(), "name", "NAME_MISSING"),
        (|bad| bad.name = "x".repeat(65), "name", "NAME_TOO_LONG"),
        (|bad| bad.name = "Evil\r\nBcc: x".into(), "name", "NAME_CHARACTER"),
        (|bad| bad.language = "klingon!".into(), "language", "LANGUAGE_UNKNOWN"),
        (
            |bad| bad.time_zone = "Mars/Olympus".into(),
            "time_zone",
            "TIME_ZONE_UNKNOWN",
        ),
        (|bad| bad.given_name.clear(), "given_name", "NAME_MISSING"),
        (|bad| bad.given_name = "A\0".into(), "given_name", "NAME_CHARACTER"),
        (|bad| bad.family_name = " ".into(), "family_name", "NAME_MISSING"),
        (|bad| bad.email.clear(), "email", "EMAIL_MISSING"),
        (|bad| bad.email = "ada".into(), "email", "EMAIL_MALFORMED"),
        (
            |bad| bad.email = "a\u{200b}da@example.com".into(),
            "email",
            "EMAIL_CHARACTER",
        ),
        (
            |bad| bad.email = format!("{}@example.com", "x".repeat(250)),
            "email",
            "EMAIL_TOO_LONG",
        ),
        (
            |bad| bad.password = "too short".into(),
            "password",
            "PASSWORD_UNACCEPTABLE",
        ),
        (
            |bad| bad.password = "x".repeat(257),
            "password",
            "PASSWORD_UNACCEPTABLE",
        ),
    ];
    for (index, (change, field, reason)) in cases.into_iter().enumerate() {
        let mut bad = new_account();
        change(&mut bad);
        let status = create(&stack, &bad).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), reason.into())], "case {index}");
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::InvalidArgument, reason.into()),
            "case {index}"
        );
    }
    assert_eq!((stack.rows("accounts").await, stack.rows("outbox").await), (0, 0));
}
