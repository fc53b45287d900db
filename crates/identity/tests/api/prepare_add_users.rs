//! PrepareChange of a request to add users: foretells, and changes nothing.

use chassis::{Actor, Person};
use futures::future::join_all;
use identity::Config;
use proto::admin::v1::add_user_result::Outcome;
use proto::admin::v1::{AddUsersRequest, AddUsersResponse, UserOptions};
use proto::identity::internal::v1::{Answer, Change, PrepareChangeRequest, answer, change};
use proto::licensing::internal::v1::SeatQuantity;
use tonic::{Code, Status};
use types::Role;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, bad_fields, commit, new_user, person, products, refusal};

on_both_databases! {
    each_row_is_foretold_and_nothing_is_changed
    a_committed_request_is_answered_as_then
    a_request_that_is_being_committed_is_not_taken_for_another_one
    what_is_wrong_with_the_whole_is_refused
}

/// What is answered now: as it was answered before, or foretold with the seats that are needed.
#[derive(Debug)]
struct Prepared {
    answered: Option<AddUsersResponse>,
    foretold: Option<AddUsersResponse>,
    seats: Vec<SeatQuantity>,
}

async fn prepare(stack: &Stack, person: &Person, request: &AddUsersRequest) -> Result<Prepared, Status> {
    let kind = Some(change::Kind::AddUsers(request.clone()));
    let message = PrepareChangeRequest {
        change: Some(Change { kind }),
    };
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    let prepared = stack.changes().prepare_change(message).await?.into_inner();
    let read = |answer: Answer| {
        let Some(answer::Kind::AddUsers(answer)) = answer.kind else {
            panic!("{answer:?}");
        };
        answer
    };
    Ok(Prepared {
        answered: prepared.answered.map(read),
        foretold: prepared.foretold.map(read),
        seats: prepared.seats,
    })
}

async fn each_row_is_foretold_and_nothing_is_changed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let (member, stranger) = (address(), address());
    stack.commit(&owner, commit(&owner, add(&[&member]))).await.unwrap();
    stack.commit(&other, commit(&other, add(&[&stranger]))).await.unwrap();
    let mut request = add(&[&address(), &member, &stranger, "nobody", &address()]);
    request.users[4].options = Some(products(&["phone", "meeting"]));
    let before = stack.rows("requests").await;
    let prepared = prepare(&stack, &owner, &request).await.unwrap();
    let plan = prepared.foretold.unwrap().results;
    let told: Vec<_> = plan.iter().map(|row| row.outcome()).collect();
    let expected = [
        Outcome::Invited,
        Outcome::Failed,
        Outcome::TransferInvited,
        Outcome::Failed,
        Outcome::Invited,
    ];
    assert_eq!(told, expected);
    let needed: Vec<_> = prepared
        .seats
        .iter()
        .map(|seat| (seat.product.as_str(), seat.quantity))
        .collect();
    assert_eq!(needed, [("meeting", 1), ("phone", 1), ("training", 2)]);
    let codes: Vec<_> = plan
        .iter()
        .map(|row| row.error.as_ref().map(|error| error.code))
        .collect();
    let (exists, bad) = (Some(Code::AlreadyExists.into()), Some(Code::InvalidArgument.into()));
    assert_eq!(codes, [None, exists, None, bad, None]);
    assert_eq!(
        (stack.rows("requests").await, stack.rows("invitations").await),
        (before, 2)
    );
}

async fn a_committed_request_is_answered_as_then(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let mut request = add(&[&address()]);
    let answer = stack.commit(&owner, commit(&owner, request.clone())).await.unwrap();
    let prepared = prepare(&stack, &owner, &request).await.unwrap();
    assert_eq!((prepared.answered, prepared.foretold), (Some(answer), None));
    request.users.push(new_user(&address()));
    let refused = refusal(prepare(&stack, &owner, &request).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
}

async fn a_request_that_is_being_committed_is_not_taken_for_another_one(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    for _ in 0..20 {
        let request = add(&[&address()]);
        let prepares = join_all((0..8).map(|_| prepare(&stack, &owner, &request)));
        let (committed, prepared) = tokio::join!(stack.commit(&owner, commit(&owner, request.clone())), prepares);
        let answer = committed.unwrap();
        for prepared in prepared {
            let prepared = prepared.unwrap();
            match prepared.answered {
                Some(answered) => assert_eq!(answered, answer),
                None => assert_eq!(prepared.foretold.unwrap().results[0].outcome(), Outcome::Invited),
            }
        }
    }
}

fn as_member() -> UserOptions {
    UserOptions {
        role: 1,
        ..UserOptions::default()
    }
}

async fn what_is_wrong_with_the_whole_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    type Case = (fn(&mut AddUsersRequest), Code, &'static str, &'static str);
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = person(owner.account, owner.user, Role::Admin);
    let invalid = Code::InvalidArgument;
    let forbidden = "ROLE_ASSIGNMENT_FORBIDDEN";
    let cases: [Case; 7] = [
        (
            |bad| bad.request_id.clear(),
            invalid,
            "request_id",
            "REQUEST_ID_MALFORMED",
        ),
        (
            |bad| bad.request_id = "1".into(),
            invalid,
            "request_id",
            "REQUEST_ID_MALFORMED",
        ),
        // A UUID of version 7 from 2020.
        (
            |bad| bad.request_id = "016f5e66-e800-7000-8000-000000000000".into(),
            invalid,
            "request_id",
            "REQUEST_ID_EXPIRED",
        ),
        (|bad| bad.users.clear(), invalid, "users", "USERS_COUNT"),
        (
            |bad| bad.users = vec![new_user("x"); 1_001],
            invalid,
            "users",
            "USERS_COUNT",
        ),
        (
            |bad| bad.options.as_mut().unwrap().role = 2,
            Code::PermissionDenied,
            "options.role",
            forbidden,
        ),
        (
            |bad| bad.users[0].options = Some(as_member()),
            Code::PermissionDenied,
            "users[0].options.role",
            forbidden,
        ),
    ];
    for (change, code, field, reason) in cases {
        let mut bad = add(&[&address()]);
        change(&mut bad);
        let status = prepare(&stack, &admin, &bad).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), reason.into())]);
        assert_eq!(refusal::<()>(Err(status)), (code, reason.into()));
        // The commit is no way around it.
        let mut message = commit(&admin, bad.clone());
        message.request = Some(bad);
        assert_eq!(refusal(stack.commit(&admin, message).await), (code, reason.into()));
    }
    assert_eq!(stack.rows("requests").await, 0);
}
