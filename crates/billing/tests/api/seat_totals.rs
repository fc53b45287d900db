//! What licensing is told, and what becomes of messages that it does not take.

use std::collections::BTreeMap;

use storage::{Message, outbox};
use tonic::Code;
use types::{AccountId, Timestamp};

use crate::billing::{Billing, Place};
use crate::licensing::Told;

crate::on_both_databases!(
    licensing_is_told_the_seats_of_a_new_subscription,
    a_message_that_is_not_taken_is_told_again,
    a_message_that_is_refused_is_parked_and_holds_up_no_other,
    a_message_that_cannot_be_read_is_parked,
    what_was_committed_before_the_end_is_told_after_the_next_start,
);

fn starter(account: AccountId) -> Told {
    let seats = [("meeting", 10), ("phone", 5), ("training", 5), ("webinar", 2)];
    Told {
        account: account.to_string(),
        version: 1,
        seats: seats
            .iter()
            .map(|&(product, seats)| (product.to_owned(), seats))
            .collect(),
        next: None,
    }
}

async fn licensing_is_told_the_seats_of_a_new_subscription(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    billing.start_subscription(account, "starter-monthly").await.unwrap();
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.told(), [starter(account)]);
}

async fn a_message_that_is_not_taken_is_told_again(place: Place) {
    let billing = Billing::start(place).await;
    for (code, reason) in [
        (Code::Unavailable, "UNAVAILABLE"),
        (Code::PermissionDenied, "CALLER_NOT_ALLOWED"),
        (Code::Internal, "INTERNAL"),
    ] {
        billing.licensing.refuse_next(code, reason);
    }
    let account = AccountId::new();
    billing.start_subscription(account, "starter-monthly").await.unwrap();
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.refusals_left(), 0);
    assert_eq!(billing.licensing.told(), [starter(account)]);
}

async fn a_message_that_is_refused_is_parked_and_holds_up_no_other(place: Place) {
    let billing = Billing::start(place).await;
    billing
        .licensing
        .refuse_next(Code::InvalidArgument, "SEAT_TOTALS_MALFORMED");
    billing
        .start_subscription(AccountId::new(), "starter-monthly")
        .await
        .unwrap();
    assert_eq!(billing.delivered().await, 1);
    let account = AccountId::new();
    billing.start_subscription(account, "starter-monthly").await.unwrap();
    assert_eq!(billing.delivered().await, 1);
    assert_eq!(billing.licensing.told(), [starter(account)]);
}

async fn a_message_that_cannot_be_read_is_parked(place: Place) {
    let billing = Billing::start(place).await;
    let message = |topic: &str, payload| Message {
        topic: topic.to_owned(),
        key: "k".to_owned(),
        payload,
        trace: None,
    };
    let broken = [
        message("licensing.set_seat_totals", serde_json::json!({ "account_id": "?" })),
        message("licensing.unheard_of", serde_json::json!({})),
    ];
    outbox::append(billing.database.writer(), Timestamp::from_micros(1), &broken)
        .await
        .unwrap();
    assert_eq!(billing.delivered().await, 2);
    assert_eq!(billing.licensing.told(), []);
}

async fn what_was_committed_before_the_end_is_told_after_the_next_start(place: Place) {
    let account = AccountId::new();
    let database = storage::Database::connect(&place.config()).await.unwrap();
    database.migrate::<billing::Migrator>().await.unwrap();
    let seats: BTreeMap<_, _> = starter(account).seats;
    let left_over = Message {
        topic: "licensing.set_seat_totals".to_owned(),
        key: format!("{account}/1"),
        payload: serde_json::json!({ "account_id": account, "version": 1, "seats": seats }),
        trace: None,
    };
    outbox::append(database.writer(), Timestamp::from_micros(1), &[left_over])
        .await
        .unwrap();
    database.close().await;

    let billing = Billing::start(place).await;
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.told(), [starter(account)]);
}
