//! CloseAccount.

use chassis::{Actor, Person};
use futures::future::join_all;
use identity::Config;
use proto::admin::v1 as admin;
use proto::identity::internal::v1::{CloseAccountRequest, GetCallerRequest};
use proto::notification::v1::delivery::Kind;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{Clock, Permissions, RequestId, Role, Timestamp};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, bad_fields, commit, new_account, refusal};

on_both_databases! {
    a_closed_account_is_over_for_everybody
    everything_in_the_way_is_named_with_its_number
    the_name_must_be_the_accounts_own
    closing_many_times_at_once_closes_once
    adding_users_and_closing_do_not_both_happen
}

/// A new account's one user, logged in, and their address.
async fn founder(stack: &Stack) -> (Person, String) {
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    let tokens = stack.log_in(&account.email, PASSWORD).await.unwrap();
    let person = Person {
        account: tokens.account_id.parse().unwrap(),
        user: tokens.user_id.parse().unwrap(),
        role: Role::SuperAdmin,
        billing_contact: true,
        permissions: Permissions::of(Role::SuperAdmin, true),
        session: crate::sessions::session(&tokens).parse().unwrap(),
    };
    (person, account.email)
}

pub async fn close(stack: &Stack, person: &Person, name: &str, validate_only: bool) -> Result<(), Status> {
    let request = Some(admin::CloseAccountRequest {
        request_id: RequestId::new().to_string(),
        account_name: name.to_owned(),
        validate_only,
    });
    let message = stack.signed_for("gateway", &Actor::Person(*person), CloseAccountRequest { request });
    stack.accounts().close_account(message).await.map(drop)
}

/// What is in the way, each with its number.
fn blockers(status: &Status) -> Vec<(String, String)> {
    let details = status.get_error_details();
    let violations = &details.precondition_failure().unwrap().violations;
    let metadata = &details.error_info().unwrap().metadata;
    let read = |violation: &tonic_types::PreconditionViolation| {
        (violation.r#type.clone(), metadata[&violation.r#type].clone())
    };
    violations.iter().map(read).collect()
}

async fn a_closed_account_is_over_for_everybody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = founder(&stack).await;
    let (other, other_email) = founder(&stack).await;
    close(&stack, &owner, "", true).await.unwrap();
    stack.log_in(&email, PASSWORD).await.unwrap();
    close(&stack, &owner, "Analytical Engines", false).await.unwrap();

    let message = GetCallerRequest {
        user_id: owner.user.to_string(),
        session_id: owner.session.to_string(),
    };
    let message = stack.signed("gateway", message);
    let refused = refusal(stack.authentication().get_caller(message).await);
    assert_eq!(refused, (Code::Unauthenticated, "SESSION_ENDED".into()));
    let refused = refusal(stack.log_in(&email, PASSWORD).await);
    assert_eq!(refused, (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    let ended = arrived(1, || stack.peers.ended_subscriptions()).await;
    assert_eq!(ended[0].account_id, owner.account.to_string());
    let told = arrived(1, || stack.peers.mails()).await;
    assert_eq!(
        (told[0].kind(), told[0].to.as_str()),
        (Kind::AccountClosed, email.as_str())
    );
    let account = owner.account;
    let actions = format!(
        "SELECT action AS text FROM audit_events WHERE account_id = '{account}'
        AND action NOT LIKE 'session.%' ORDER BY sequence"
    );
    assert_eq!(
        stack.texts(actions).await,
        ["account.create", "user.delete", "account.close"]
    );
    // A caller whom the gateway still believes in for a moment can do nothing, and closing again is harmless.
    close(&stack, &owner, "Analytical Engines", false).await.unwrap();
    let refused = refusal(stack.commit(&owner, commit(&owner, add(&[&address()]))).await);
    assert_eq!(refused, (Code::Unauthenticated, "SESSION_ENDED".into()));
    // The address is free, and the other account is as it was.
    let again = proto::identity::internal::v1::CreateAccountRequest {
        email: email.clone(),
        ..new_account()
    };
    let message = stack.signed("operator", again);
    stack.accounts().create_account(message).await.unwrap();
    stack.log_in(&email, PASSWORD).await.unwrap();
    stack.log_in(&other_email, PASSWORD).await.unwrap();
    close(&stack, &other, "", true).await.unwrap();
}

async fn everything_in_the_way_is_named_with_its_number(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = founder(&stack).await;
    let (other, _) = founder(&stack).await;
    let invited = [address(), address()];
    let rows: Vec<_> = invited.iter().map(String::as_str).collect();
    stack.commit(&owner, commit(&owner, add(&rows))).await.unwrap();
    // Another account has invited the owner to move.
    stack.commit(&other, commit(&other, add(&[&email]))).await.unwrap();
    for (account, time) in [
        (owner.account, Clock::system().now()),
        (other.account, Timestamp::from_micros(1)),
    ] {
        let offer = format!(
            "UPDATE accounts SET offered_user_id = billing_contact_id, offer_time = {} WHERE id = '{account}'",
            time.micros()
        );
        stack.execute(&offer).await;
    }
    let pair = |name: &str, count: &str| (name.to_owned(), count.to_owned());
    let expected = [
        pair("OTHER_USERS", "2"),
        pair("PENDING_INVITATIONS", "3"),
        pair("PENDING_BILLING_CONTACT_OFFER", "1"),
    ];
    for (name, validate_only) in [("", true), ("Analytical Engines", false)] {
        let status = close(&stack, &owner, name, validate_only).await.unwrap_err();
        assert_eq!(blockers(&status), expected);
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::FailedPrecondition, "ACCOUNT_NOT_CLOSABLE".into())
        );
    }
    // The inviting account is kept by its own invitation; the offer that it once made is long over.
    let status = close(&stack, &other, "", true).await.unwrap_err();
    assert_eq!(blockers(&status), [pair("PENDING_INVITATIONS", "1")]);
    stack.log_in(&email, PASSWORD).await.unwrap();
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM accounts WHERE state = 'CLOSED'")
            .await,
        0
    );
}

async fn the_name_must_be_the_accounts_own(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = founder(&stack).await;
    for name in ["", "analytical engines", "Analytical Engines "] {
        let status = close(&stack, &owner, name, false).await.unwrap_err();
        assert_eq!(
            bad_fields(&status),
            [("account_name".into(), "ACCOUNT_NAME_MISMATCH".into())]
        );
    }
    stack.log_in(&email, PASSWORD).await.unwrap();
}

async fn closing_many_times_at_once_closes_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, _) = founder(&stack).await;
    let closes = (0..8).map(|_| close(&stack, &owner, "Analytical Engines", false));
    for answer in join_all(closes).await {
        answer.unwrap();
    }
    stack.delivered().await;
    assert_eq!(stack.peers.ended_subscriptions().len(), 1);
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM audit_events WHERE action = 'account.close'")
            .await,
        1
    );
}

async fn adding_users_and_closing_do_not_both_happen(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for _ in 0..5 {
        let (owner, _) = founder(&stack).await;
        let email = address();
        let adding = stack.commit(&owner, commit(&owner, add(&[&email])));
        let closing = close(&stack, &owner, "Analytical Engines", false);
        let (added, closed) = futures::future::join(adding, closing).await;
        match (added, closed) {
            (Ok(_), Err(status)) => assert_eq!(
                refusal::<()>(Err(status)),
                (Code::FailedPrecondition, "ACCOUNT_NOT_CLOSABLE".into())
            ),
            (Err(status), Ok(())) => assert_eq!(
                refusal::<()>(Err(status)),
                (Code::Unauthenticated, "SESSION_ENDED".into())
            ),
            both => panic!("{both:?}"),
        }
    }
}
