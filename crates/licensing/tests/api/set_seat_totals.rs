//! `SeatService/SetSeatTotals`.

use chassis::AuditRecord;
use futures::future::join_all;
use licensing::Config;
use proto::licensing::internal::v1::SetSeatTotalsRequest;
use storage::{Message, outbox};
use testkit::eventually;
use tonic::Code;
use types::{AccountId, Clock};

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{refusal, reserve, seats, user};

on_both_databases! {
    the_highest_version_wins_in_any_order
    versions_that_come_at_once_end_with_the_highest
    fewer_seats_than_are_held_leave_none_available
    bad_input_is_refused_and_sets_nothing
    what_was_set_is_told_to_the_audit_log_also_after_an_outage
    a_record_that_cannot_be_read_is_parked_alone
}

async fn the_highest_version_wins_in_any_order(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = AccountId::new();
    stack.set_totals(account, 2, &[("training", 5)]).await.unwrap();
    // Late, and with a product that the later version has left out.
    stack
        .set_totals(account, 1, &[("training", 9), ("phone", 9)])
        .await
        .unwrap();
    assert_eq!(stack.pools(account).await.len(), 1);
    stack.set_totals(account, 3, &[("phone", 4)]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [0, 0, 0, 0]);
    assert_eq!(stack.pool(account, "phone").await, [4, 0, 0, 4]);
    stack.set_totals(account, 3, &[("phone", 4)]).await.unwrap();
    stack.set_totals(account, 4, &[]).await.unwrap();
    assert_eq!(stack.pool(account, "phone").await, [0, 0, 0, 0]);
}

async fn versions_that_come_at_once_end_with_the_highest(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = AccountId::new();
    let set = |version| {
        let list: &[(&str, i64)] = if version % 2 == 0 {
            &[("phone", 2)]
        } else {
            &[("meeting", 1), ("training", 3)]
        };
        stack.set_totals(account, version, list)
    };
    for set in join_all((1..=20).rev().map(set)).await {
        set.unwrap();
    }
    let with_seats: Vec<_> = stack
        .pools(account)
        .await
        .into_iter()
        .filter(|pool| pool.seats > 0)
        .collect();
    assert_eq!(with_seats.len(), 1);
    assert_eq!((with_seats[0].product.as_str(), with_seats[0].seats), ("phone", 2));
}

async fn fewer_seats_than_are_held_leave_none_available(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    stack.grant(account, &[("training", 4)]).await;
    stack.set_totals(account, 2, &[("training", 3)]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [3, 0, 4, 0]);
    assert_eq!(
        stack.reserve(reserve(account, &[("training", 1)])).await.unwrap().grant,
        None
    );
}

async fn bad_input_is_refused_and_sets_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let good = SetSeatTotalsRequest {
        account_id: AccountId::new().to_string(),
        version: 1,
        seats: seats(&[("training", 1)]),
    };
    let cases = [
        SetSeatTotalsRequest {
            account_id: user(),
            ..good.clone()
        },
        SetSeatTotalsRequest {
            version: 0,
            ..good.clone()
        },
        SetSeatTotalsRequest {
            seats: seats(&[("training", 0)]),
            ..good.clone()
        },
        SetSeatTotalsRequest {
            seats: seats(&[("training", 1), ("training", 2)]),
            ..good.clone()
        },
        SetSeatTotalsRequest {
            seats: seats(&[("training", 1), ("yoga", 1)]),
            ..good
        },
    ];
    for message in cases {
        let refused = refusal(stack.ledger().set_seat_totals(stack.signed("billing", message)).await);
        assert_eq!(refused, (Code::InvalidArgument, "SEAT_TOTALS_MALFORMED".into()));
    }
    assert_eq!(stack.count("SELECT count(*) AS n FROM seat_pools").await, 0);
}

async fn what_was_set_is_told_to_the_audit_log_also_after_an_outage(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (account, sink) = (AccountId::new(), stack.identity.audit_sink());
    sink.set_down(true);
    stack.set_totals(account, 2, &[("training", 5)]).await.unwrap();
    // Sets nothing, and is told to nobody.
    stack.set_totals(account, 1, &[("training", 9)]).await.unwrap();
    stack.set_totals(account, 3, &[("training", 7)]).await.unwrap();
    sink.set_down(false);
    let mut events = eventually(SOON, async || match sink.events() {
        events if events.len() >= 2 => Ok(events),
        events => Err(format!("{events:?}")),
    })
    .await;
    events.sort_by(|one, other| one.after.cmp(&other.after));
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.before.as_str(), event.after.as_str()))
        .collect();
    let expected = [
        (r#"{"seats":{}}"#, r#"{"seats":{"training":5},"version":2}"#),
        (r#"{"seats":{"training":5}}"#, r#"{"seats":{"training":7},"version":3}"#),
    ];
    assert_eq!(told, expected);
    for event in events {
        assert_eq!(
            (event.account_id, event.action.as_str()),
            (account.to_string(), "seats.set_totals")
        );
        assert_eq!(event.actor_id, "billing");
    }
}

async fn a_record_that_cannot_be_read_is_parked_alone(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (account, sink, now) = (AccountId::new(), stack.identity.audit_sink(), Clock::system().now());
    let good = || AuditRecord::by_service(account, "billing", "seats.set_totals", &account, now);
    let (first, last) = (good(), good());
    let messages = [
        Message::new(AuditRecord::TOPIC, first.id, &first).unwrap(),
        Message::new(AuditRecord::TOPIC, "unreadable", &"not a record").unwrap(),
        Message::new(AuditRecord::TOPIC, last.id, &last).unwrap(),
    ];
    outbox::append(stack.database.writer(), now, &messages).await.unwrap();
    eventually(SOON, async || {
        let depth = outbox::depth(stack.database.reader()).await.unwrap();
        match (depth.waiting, depth.parked) {
            (0, 1) => Ok(()),
            _ => Err(format!("{depth:?}")),
        }
    })
    .await;
    let told: Vec<_> = sink.events().into_iter().map(|event| event.id).collect();
    assert_eq!(told, [first.id.to_string(), last.id.to_string()]);
}
