//! `EntitlementService/CheckEntitlement`.

use chassis::{Actor, Person};
use licensing::Config;
use proto::licensing::v1::check_entitlement_response::Reason;
use proto::licensing::v1::{CheckEntitlementRequest, CheckEntitlementResponse};
use tonic::{Code, Status};
use types::{AccountId, Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{person, refusal, user};

on_both_databases! {
    whoever_holds_a_seat_is_told_by_which_license_and_how_far
    whoever_holds_none_is_told_which_would_do
    a_pool_over_its_limit_takes_no_license_away
    a_seat_of_another_account_is_no_license_here
    others_are_asked_about_by_those_who_manage_users
    bad_input_is_refused
}

async fn check(
    stack: &Stack,
    asking: &Actor,
    user_id: &str,
    entitlement: &str,
) -> Result<CheckEntitlementResponse, Status> {
    let message = CheckEntitlementRequest {
        user_id: user_id.to_owned(),
        entitlement: entitlement.to_owned(),
    };
    let request = stack.signed_for("gateway", asking, message);
    Ok(stack.entitlements().check_entitlement(request).await?.into_inner())
}

/// A member of an account, by their id.
fn member(account: AccountId, user: &str) -> Actor {
    let Actor::Person(someone) = person(account, Role::Member) else {
        panic!("somebody is a person");
    };
    Actor::Person(Person {
        user: user.parse().unwrap(),
        ..someone
    })
}

async fn whoever_holds_a_seat_is_told_by_which_license_and_how_far(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("phone", 1), ("training", 1), ("webinar", 1)]).await;
    let holder = user();
    stack.seat(account, &holder, &["phone", "training", "webinar"]).await;
    let answer = check(&stack, &member(account, &holder), "", "host_sessions")
        .await
        .unwrap();
    assert_eq!((answer.licensed, answer.reason()), (true, Reason::SeatHeld));
    let licenses: Vec<_> = answer
        .licenses
        .iter()
        .map(|license| (license.product.as_str(), license.limits["attendees_per_session"]))
        .collect();
    assert_eq!(licenses, [("training", 200), ("webinar", 1_000)]);
    assert!(answer.sufficient_products.is_empty());
}

async fn whoever_holds_none_is_told_which_would_do(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("phone", 1)]).await;
    let (holder, former) = (user(), user());
    stack.seat(account, &former, &["phone"]).await;
    stack.release(account, &former, 2).await.unwrap();
    stack.seat(account, &holder, &["phone"]).await;
    let cases: [(&str, &str, Reason, &[&str]); 4] = [
        (
            &holder,
            "host_sessions",
            Reason::NoSeat,
            &["meeting", "training", "webinar"],
        ),
        (&holder, "fly", Reason::NoProduct, &[]),
        (&former, "make_calls", Reason::NoSeat, &["phone"]),
        (&user(), "make_calls", Reason::NoSeat, &["phone"]),
    ];
    for (who, entitlement, reason, products) in cases {
        let answer = check(&stack, &member(account, who), "", entitlement).await.unwrap();
        assert_eq!((answer.licensed, answer.reason()), (false, reason), "{entitlement}");
        assert_eq!(answer.sufficient_products, products);
        assert!(answer.licenses.is_empty());
    }
}

async fn a_pool_over_its_limit_takes_no_license_away(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let holder = user();
    stack.seat(account, &holder, &["training"]).await;
    stack.set_totals(account, 2, &[]).await.unwrap();
    assert_eq!(stack.seat_pool(account, "training").await.over_limit, 1);
    let answer = check(&stack, &member(account, &holder), "", "host_sessions")
        .await
        .unwrap();
    assert!(answer.licensed);
}

async fn a_seat_of_another_account_is_no_license_here(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (account, other) = (AccountId::new(), stack.account(&[("training", 1)]).await);
    let holder = user();
    stack.seat(other, &holder, &["training"]).await;
    let answer = check(&stack, &person(account, Role::Admin), &holder, "host_sessions")
        .await
        .unwrap();
    assert_eq!((answer.licensed, answer.reason()), (false, Reason::NoSeat));
}

async fn others_are_asked_about_by_those_who_manage_users(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let holder = user();
    stack.seat(account, &holder, &["training"]).await;
    let answer = check(&stack, &person(account, Role::Admin), &holder, "host_sessions")
        .await
        .unwrap();
    assert!(answer.licensed);
    let answer = check(&stack, &member(account, &holder), &holder, "host_sessions")
        .await
        .unwrap();
    assert!(answer.licensed, "somebody may name themselves");
    let refused = check(&stack, &person(account, Role::Member), &holder, "host_sessions").await;
    assert_eq!(refusal(refused), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}

async fn bad_input_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let admin = person(AccountId::new(), Role::Admin);
    let someone = UserId::new().to_string();
    let long = "a".repeat(65);
    let cases = [
        ("usr_1", "host_sessions", "ID_MALFORMED"),
        (&AccountId::new().to_string(), "host_sessions", "ID_MALFORMED"),
        (&someone, "", "ENTITLEMENT_MALFORMED"),
        (&someone, "Host sessions", "ENTITLEMENT_MALFORMED"),
        (&someone, &long, "ENTITLEMENT_MALFORMED"),
    ];
    for (who, entitlement, reason) in cases {
        let refused = refusal(check(&stack, &admin, who, entitlement).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()), "{who} {entitlement}");
    }
}
