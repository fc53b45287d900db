//! `SeatService/SetSeatTotals`.

use chassis::AuditRecord;
use futures::future::join_all;
use licensing::Config;
use proto::licensing::internal::v1::{ScheduledSeatTotals, SetSeatTotalsRequest};
use storage::{Message, outbox};
use testkit::eventually;
use tonic::Code;
use tonic_types::StatusExt;
use types::{AccountId, BillingNoticeKind, Clock};

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, reserve, seats, user};

const TIME: prost_types::Timestamp = prost_types::Timestamp {
    seconds: 1_800_000_000,
    nanos: 0,
};

on_both_databases! {
    the_highest_version_wins_in_any_order
    versions_that_come_at_once_end_with_the_highest
    fewer_seats_than_are_held_leave_none_available
    what_is_over_its_limit_takes_no_seat_from_anybody_and_gives_none
    nothing_is_granted_above_the_lower_of_the_present_and_the_scheduled_number
    the_billing_contact_is_told_once_that_a_pool_is_over_its_limit
    a_schedule_ends_with_the_next_message
    totals_below_what_is_held_are_refused_when_that_is_asked
    a_version_that_was_set_is_not_refused
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

async fn what_is_over_its_limit_takes_no_seat_from_anybody_and_gives_none(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 3)]).await;
    let subjects = [user(), user()];
    for subject in &subjects {
        stack.seat(account, subject, &["training"]).await;
    }
    let pending = stack.grant(account, &[("training", 1)]).await;
    stack.set_totals(account, 2, &[("training", 1)]).await.unwrap();
    let pool = stack.seat_pool(account, "training").await;
    assert_eq!(
        (pool.assigned, pool.reserved, pool.available, pool.over_limit),
        (2, 1, 0, 2)
    );
    // What was promised is kept, too.
    let late = user();
    let confirmed = confirmation(&pending, vec![holder(&late, &["training"])]);
    stack.confirm(vec![confirmed]).await.unwrap();
    let subjects = [&subjects[0], &subjects[1], &late].map(String::as_str);
    assert_eq!(stack.holdings(account, &subjects).await.len(), 3);
    // A seat that comes free is nobody's until there are fewer holders than seats.
    for (subject, over_limit) in subjects.into_iter().zip([1, 0]) {
        assert_eq!(
            stack.reserve(reserve(account, &[("training", 1)])).await.unwrap().grant,
            None
        );
        stack.release(account, subject, 2).await.unwrap();
        assert_eq!(stack.seat_pool(account, "training").await.over_limit, over_limit);
    }
    assert_eq!(
        stack.reserve(reserve(account, &[("training", 1)])).await.unwrap().grant,
        None
    );
    stack.release(account, &late, 2).await.unwrap();
    stack.grant(account, &[("training", 1)]).await;
}

async fn the_billing_contact_is_told_once_that_a_pool_is_over_its_limit(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("phone", 2), ("training", 3)]).await;
    for _ in 0..3 {
        stack.seat(account, &user(), &["training"]).await;
    }
    stack
        .set_totals(account, 2, &[("phone", 1), ("training", 3)])
        .await
        .unwrap();
    stack.set_totals(account, 3, &[("training", 1)]).await.unwrap();
    // As before, less so, and then nothing at all, of which billing tells.
    for (version, seats) in [(4, 1), (5, 2)] {
        stack
            .set_totals(account, version, &[("training", seats)])
            .await
            .unwrap();
    }
    stack.set_totals(account, 6, &[]).await.unwrap();
    eventually(SOON, async || {
        match outbox::depth(stack.database.reader()).await.unwrap() {
            depth if depth.waiting == 0 => Ok(()),
            depth => Err(format!("{depth:?}")),
        }
    })
    .await;
    let told = stack.identity.notice_sink().notices();
    let [notice] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (notice.account_id, notice.kind),
        (account, BillingNoticeKind::SeatsOverLimit)
    );
    let rows: Vec<_> = notice
        .seats
        .iter()
        .map(|row| (row.product.as_str(), row.present, row.seats))
        .collect();
    assert_eq!(rows, [("training", 3, 1)]);
}

/// Totals, and others at a time of their own.
fn scheduled(account: AccountId, version: i64, now: &[(&str, i64)], next: &[(&str, i64)]) -> SetSeatTotalsRequest {
    SetSeatTotalsRequest {
        account_id: account.to_string(),
        version,
        seats: seats(now),
        next: Some(ScheduledSeatTotals {
            seats: seats(next),
            effective_time: Some(TIME),
        }),
        refuse_in_use: false,
    }
}

async fn nothing_is_granted_above_the_lower_of_the_present_and_the_scheduled_number(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("meeting", 2), ("phone", 1)]).await;
    stack.grant(account, &[("training", 2)]).await;
    let now = [("training", 5), ("meeting", 2), ("phone", 1)];
    let next = [("training", 3), ("meeting", 4), ("webinar", 1)];
    stack.set(scheduled(account, 2, &now, &next)).await.unwrap();
    let pools = stack.pools(account).await.into_iter().map(|pool| {
        assert_eq!(pool.next_time, Some(TIME));
        (pool.product, pool.seats, pool.next_seats.unwrap(), pool.available)
    });
    let expected = [
        ("meeting", 2, 4, 2),
        ("phone", 1, 0, 0),
        ("training", 5, 3, 1),
        ("webinar", 0, 1, 0),
    ];
    let expected = expected.map(|(product, seats, next, available)| (product.to_owned(), seats, next, available));
    assert_eq!(pools.collect::<Vec<_>>(), expected);
    for (product, count, granted) in [
        ("training", 2, false),
        ("training", 1, true),
        ("training", 1, false),
        ("meeting", 3, false),
        ("meeting", 2, true),
        ("phone", 1, false),
        ("webinar", 1, false),
    ] {
        let answer = stack.reserve(reserve(account, &[(product, count)])).await.unwrap();
        assert_eq!(answer.grant.is_some(), granted, "{count} of {product}");
    }
}

async fn a_schedule_ends_with_the_next_message(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    stack.set(scheduled(account, 3, &[("training", 5)], &[])).await.unwrap();
    // Late, and without the schedule.
    stack.set_totals(account, 2, &[("training", 5)]).await.unwrap();
    assert_eq!(stack.seat_pool(account, "training").await.next_seats, Some(0));
    stack.set_totals(account, 4, &[("training", 5)]).await.unwrap();
    let pool = stack.seat_pool(account, "training").await;
    assert_eq!((pool.next_seats, pool.next_time, pool.available), (None, None, 5));
}

async fn totals_below_what_is_held_are_refused_when_that_is_asked(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 5), ("phone", 5), ("training", 5)]).await;
    stack.seat(account, &user(), &["training", "phone"]).await;
    stack.grant(account, &[("training", 2), ("meeting", 1)]).await;
    let before = stack.pools(account).await;
    let fewer = |list: &[(&str, i64)]| SetSeatTotalsRequest {
        refuse_in_use: true,
        seats: seats(list),
        ..scheduled(account, 2, &[], &[])
    };
    let refused = stack.set(fewer(&[("training", 1), ("phone", 1)])).await.unwrap_err();
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(
        (refused.code(), info.reason.as_str()),
        (Code::FailedPrecondition, "SEATS_IN_USE")
    );
    let surplus = [("meeting", "1"), ("training", "2")].map(|(product, count)| (product.to_owned(), count.to_owned()));
    assert_eq!(info.metadata, surplus.into());
    let quota = refused.get_details_quota_failure().unwrap().violations;
    let subjects: Vec<_> = quota.iter().map(|violation| violation.subject.as_str()).collect();
    assert_eq!(subjects, ["meeting", "training"]);
    assert_eq!(stack.pools(account).await, before);
    // The version is still to be had, and exactly what is held is not too few.
    stack
        .set(fewer(&[("training", 3), ("phone", 1), ("meeting", 1)]))
        .await
        .unwrap();
    assert_eq!(stack.pool(account, "training").await, [3, 1, 2, 0]);
}

async fn a_version_that_was_set_is_not_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    stack.grant(account, &[("training", 2)]).await;
    let before = stack.pools(account).await;
    let again = SetSeatTotalsRequest {
        account_id: account.to_string(),
        version: 1,
        refuse_in_use: true,
        ..SetSeatTotalsRequest::default()
    };
    stack.set(again).await.unwrap();
    assert_eq!(stack.pools(account).await, before);
}

async fn bad_input_is_refused_and_sets_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let good = SetSeatTotalsRequest {
        account_id: AccountId::new().to_string(),
        version: 1,
        seats: seats(&[("training", 1)]),
        ..SetSeatTotalsRequest::default()
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
            ..good.clone()
        },
        SetSeatTotalsRequest {
            next: Some(ScheduledSeatTotals::default()),
            ..good.clone()
        },
        SetSeatTotalsRequest {
            next: Some(ScheduledSeatTotals {
                seats: seats(&[("yoga", 1)]),
                effective_time: Some(TIME),
            }),
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
