//! Who may call what.

use chassis::{Actor, CallerConfig, Signer};
use identity::Config;
use proto::identity::internal::v1::{
    BatchGetHoldersRequest, CommitChangeRequest, CreateAccountRequest, GetCallerRequest, ListInvitationRowsRequest,
    ListUserRowsRequest, PrepareChangeRequest, ResolveReservationsRequest,
};
use proto::identity::v1::{GetUserRequest, ListUsersRequest, LogInRequest, LogOutRequest};
use tonic::{Code, Request};
use types::{Clock, Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{person, refusal};

on_both_databases! {
    internal_methods_are_for_the_named_services_only
    nobody_calls_anything_without_a_caller_token
    only_a_person_changes_people
    only_those_who_manage_users_see_them
}

type Refusal = (Code, String);

/// The answer of every internal method to a request that `sign` has signed, with the issuers that it is for.
async fn internal(stack: &Stack, sign: impl Fn(&str) -> Option<String>) -> Vec<Refusal> {
    macro_rules! call {
        ($client:ident, $method:ident, $message:ty, $issuer:literal) => {
            match sign($issuer) {
                Some(issuer) => {
                    let message = if issuer.is_empty() {
                        Request::new(<$message>::default())
                    } else {
                        stack.signed(&issuer, <$message>::default())
                    };
                    Some(refusal(stack.$client().$method(message).await))
                }
                None => None,
            }
        };
    }
    let answers = [
        call!(changes, prepare_change, PrepareChangeRequest, "gateway"),
        call!(changes, commit_change, CommitChangeRequest, "gateway"),
        call!(changes, resolve_reservations, ResolveReservationsRequest, "licensing"),
        call!(accounts, create_account, CreateAccountRequest, "operator"),
        call!(
            authentication,
            get_caller,
            GetCallerRequest,
            "gateway licensing notification"
        ),
        call!(reports, list_user_rows, ListUserRowsRequest, "gateway"),
        call!(reports, list_invitation_rows, ListInvitationRowsRequest, "gateway"),
        call!(reports, batch_get_holders, BatchGetHoldersRequest, "gateway"),
    ];
    answers.into_iter().flatten().collect()
}

async fn internal_methods_are_for_the_named_services_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let issuers = [
        "gateway",
        "identity",
        "licensing",
        "billing",
        "notification",
        "operator",
    ];
    for issuer in issuers {
        let answers = internal(&stack, |owners| (!owners.contains(issuer)).then(|| issuer.to_owned())).await;
        assert!(answers.len() >= 2);
        for answer in answers {
            assert_eq!(
                answer,
                (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
                "{issuer}"
            );
        }
    }
    assert_eq!(stack.rows("requests").await, 0);
}

async fn nobody_calls_anything_without_a_caller_token(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let required = (Code::Unauthenticated, "CALLER_REQUIRED".to_owned());
    let answers = internal(&stack, |_| Some(String::new())).await;
    assert_eq!(answers.len(), 8);
    for answer in answers {
        assert_eq!(answer, required);
    }
    // Also what is for everybody comes through the gateway only.
    let log_in = stack.sessions().log_in(Request::new(LogInRequest::default())).await;
    assert_eq!(refusal(log_in), required);
    let log_out = stack.sessions().log_out(stack.anonymous(LogOutRequest {})).await;
    assert_eq!(refusal(log_out), required);
    // A stranger who signs as the gateway is nobody, and so is a peer whose token is for another service.
    let strangers = CallerConfig::circle(["gateway"]);
    let signer = Signer::new("gateway", &strangers["gateway"], Clock::system()).unwrap();
    let forged = signer
        .request(CommitChangeRequest::default(), &Actor::Service, "identity")
        .unwrap();
    assert_eq!(refusal(stack.changes().commit_change(forged).await), required);
}

async fn only_a_person_changes_people(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for actor in [Actor::Service, Actor::Nobody] {
        let message = stack.signed_for("gateway", &actor, CommitChangeRequest::default());
        let refused = refusal(stack.changes().commit_change(message).await);
        assert_eq!(refused, (Code::Unauthenticated, "CALLER_REQUIRED".into()));
        let message = stack.signed_for("gateway", &actor, PrepareChangeRequest::default());
        let refused = refusal(stack.changes().prepare_change(message).await);
        assert_eq!(refused, (Code::Unauthenticated, "CALLER_REQUIRED".into()));
    }
}

async fn only_those_who_manage_users_see_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.owner().await.account;
    for (role, allowed) in [(Role::Member, false), (Role::Admin, true), (Role::SuperAdmin, true)] {
        let actor = Actor::Person(person(account, UserId::new(), role));
        let list = stack.signed_for("gateway", &actor, ListUsersRequest::default());
        let list = stack.users().list_users(list).await;
        let get = GetUserRequest {
            user_id: UserId::new().to_string(),
        };
        let get = refusal(stack.users().get_user(stack.signed_for("gateway", &actor, get)).await);
        if allowed {
            list.unwrap();
            assert_eq!(get, (Code::NotFound, "USER_NOT_FOUND".into()));
        } else {
            let denied = (Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned());
            assert_eq!((refusal(list), get), (denied.clone(), denied));
        }
    }
}
