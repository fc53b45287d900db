//! `ProductService/ListProducts`.

use licensing::Config;
use proto::licensing::v1::ListProductsRequest;
use types::{AccountId, Role};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::person;

on_both_databases! {
    the_catalogue_is_listed_in_alphabetical_order
}

async fn the_catalogue_is_listed_in_alphabetical_order(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let member = person(AccountId::new(), Role::Member);
    let message = stack.signed_for("gateway", &member, ListProductsRequest {});
    let products = stack
        .products()
        .list_products(message)
        .await
        .unwrap()
        .into_inner()
        .products;
    let ids: Vec<_> = products.iter().map(|product| product.id.as_str()).collect();
    assert_eq!(ids, ["meeting", "phone", "training", "webinar"]);
    assert!(
        products
            .iter()
            .all(|product| product.guide_url.starts_with("https://") && !product.name.is_empty())
    );
    let told: Vec<_> = products
        .iter()
        .map(|product| {
            let attendees = product.limits.get("attendees_per_session").copied();
            (product.entitlements.join(" "), attendees)
        })
        .collect();
    let expected = [
        ("host_sessions", Some(100)),
        ("make_calls", None),
        ("host_sessions run_tests", Some(200)),
        ("host_sessions", Some(1_000)),
    ];
    assert_eq!(
        told,
        expected.map(|(entitlements, limit)| (entitlements.to_owned(), limit))
    );
}
