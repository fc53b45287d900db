//! Who may call what.

use chassis::{Actor, Signer};
use licensing::Config;
use proto::licensing::internal::v1::{
    AbortReservationsRequest, BatchGetHoldingsRequest, ConfirmReservationsRequest, ListHoldersRequest,
    ListSurplusRequest, MoveSeatsRequest, ReleaseSeatsRequest, ReserveSeatsRequest, SetSeatTotalsRequest,
};
use proto::licensing::v1::{
    CheckEntitlementRequest, ListProductsRequest, ListSeatPoolsRequest, ListSeatsRequest, WatchSeatsRequest,
};
use tonic::{Code, Request};
use types::{AccountId, Clock, Role};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{person, refusal};

on_both_databases! {
    internal_methods_are_for_the_named_services_only
    nobody_calls_anything_without_a_caller_token
    only_those_who_manage_users_see_seats
}

type Refusal = (Code, String);

/// The answer of every internal method to a request that `sign` has signed, with the one issuer that it is for.
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
        call!(reservations, reserve_seats, ReserveSeatsRequest, "gateway identity"),
        call!(
            reservations,
            confirm_reservations,
            ConfirmReservationsRequest,
            "identity"
        ),
        call!(reservations, abort_reservations, AbortReservationsRequest, "identity"),
        call!(ledger, set_seat_totals, SetSeatTotalsRequest, "billing"),
        call!(ledger, list_surplus, ListSurplusRequest, "billing"),
        call!(ledger, release_seats, ReleaseSeatsRequest, "identity"),
        call!(ledger, move_seats, MoveSeatsRequest, "identity"),
        call!(ledger, batch_get_holdings, BatchGetHoldingsRequest, "gateway"),
        call!(ledger, list_holders, ListHoldersRequest, "gateway"),
    ];
    answers.into_iter().flatten().collect()
}

async fn internal_methods_are_for_the_named_services_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for issuer in ["gateway", "identity", "licensing", "billing", "notification"] {
        let answers = internal(&stack, |owners| (!owners.contains(issuer)).then(|| issuer.to_owned())).await;
        assert!(answers.len() >= 3);
        for answer in answers {
            assert_eq!(
                answer,
                (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
                "{issuer}"
            );
        }
    }
}

async fn nobody_calls_anything_without_a_caller_token(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let required = (Code::Unauthenticated, "CALLER_REQUIRED".to_owned());
    for answer in internal(&stack, |_| Some(String::new())).await {
        assert_eq!(answer, required);
    }
    let pools = stack
        .seats()
        .list_seat_pools(Request::new(ListSeatPoolsRequest {}))
        .await;
    assert_eq!(refusal(pools), required);
    let products = stack
        .products()
        .list_products(Request::new(ListProductsRequest {}))
        .await;
    assert_eq!(refusal(products), required);
    let entitlement = Request::new(CheckEntitlementRequest::default());
    let checked = stack.entitlements().check_entitlement(entitlement).await;
    assert_eq!(refusal(checked), required);
    // A stranger who signs as the gateway is nobody.
    let strangers = chassis::CallerConfig::circle(["gateway"]);
    let signer = Signer::new("gateway", &strangers["gateway"], Clock::system()).unwrap();
    let forged = signer
        .request(ReserveSeatsRequest::default(), &Actor::Service, "licensing")
        .unwrap();
    assert_eq!(refusal(stack.reservations().reserve_seats(forged).await), required);
}

async fn only_those_who_manage_users_see_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = AccountId::new();
    for (role, allowed) in [(Role::Member, false), (Role::Admin, true), (Role::SuperAdmin, true)] {
        let mut seats = stack.seats();
        let pools = stack.signed_for("gateway", &person(account, role), ListSeatPoolsRequest {});
        let held = stack.signed_for("gateway", &person(account, role), ListSeatsRequest::default());
        let watch = stack.signed_for("gateway", &person(account, role), WatchSeatsRequest {});
        let answers = [
            seats.list_seat_pools(pools).await.map(drop),
            seats.list_seats(held).await.map(drop),
            seats.watch_seats(watch).await.map(drop),
        ];
        for answer in answers {
            if allowed {
                answer.unwrap();
            } else {
                assert_eq!(refusal(answer), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
            }
        }
    }
}
