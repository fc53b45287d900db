//! `usher.billing.v1.SubscriptionService`: PreviewChange and ChangeSubscription.

use std::time::Duration;

use futures::future::join_all;
use proto::billing::v1::plan::Interval;
use proto::billing::v1::{ChangeTiming, PreviewChangeRequest};
use testkit::eventually;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{AccountId, RequestId, Role};

use crate::billing::{Billing, Place, contact, person, refusal};

crate::on_both_databases!(
    a_change_is_what_was_shown_and_is_made_once,
    seats_that_are_held_are_not_taken_away,
    fewer_seats_at_the_period_s_end_are_scheduled,
    a_change_that_licensing_did_not_answer_is_made_later,
    a_refused_change_leaves_licensing_as_it_was,
    a_preview_is_good_for_what_it_showed_only,
    one_of_twenty_changes_at_once_is_made,
    only_the_billing_contact_changes_the_plan,
    a_change_that_makes_no_sense_is_refused,
    a_change_can_be_wanted_for_a_day_and_for_an_interval,
);

const NOW: ChangeTiming = ChangeTiming::Now;
const LATER: ChangeTiming = ChangeTiming::PeriodEnd;
const MORE: [(&str, i64); 4] = [("meeting", 120), ("phone", 50), ("training", 50), ("webinar", 20)];
const FEWER: [(&str, i64); 4] = [("meeting", 80), ("phone", 50), ("training", 50), ("webinar", 20)];

async fn a_change_is_what_was_shown_and_is_made_once(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let preview = billing.preview(&contact, "", &MORE, NOW).await.unwrap();
    let quote = preview.quote.clone().unwrap();
    // Its first day: a whole month of twenty seats more.
    assert_eq!(
        (quote.total, quote.due, quote.currency.as_str()),
        (20_000, 20_000, "EUR")
    );
    assert_eq!(quote.lines.iter().map(|line| line.amount).sum::<i64>(), quote.total);
    let meeting = &preview.seats[0];
    assert_eq!((meeting.before, meeting.after), (100, 120));
    let request = RequestId::new();
    let first = billing.change(&contact, request, &preview.preview_token).await.unwrap();
    assert!(first.invoice_id.starts_with("ivc_"), "{first:?}");
    assert_eq!(first.subscription.as_ref().unwrap().seats[0].seats, 120);
    let again = billing.change(&contact, request, &preview.preview_token).await.unwrap();
    assert_eq!(again, first);
    let other = billing.preview(&contact, "", &FEWER, NOW).await.unwrap();
    let reused = billing.change(&contact, request, &other.preview_token).await;
    assert_eq!(refusal(reused), (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
    assert_eq!(billing.delivered().await, 0);
    let known = billing.licensing.knows(account).unwrap();
    assert_eq!((known.seats["meeting"], known.next), (120, None));
    let changes = billing.audit_sink.events().into_iter();
    assert_eq!(changes.filter(|event| event.action == "subscription.change").count(), 1);
}

async fn seats_that_are_held_are_not_taken_away(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    billing.licensing.hold("meeting", 85);
    let preview = billing.preview(&contact, "", &FEWER, NOW).await.unwrap();
    let surplus = &preview.surpluses[0];
    assert_eq!(
        (surplus.product.as_str(), surplus.count, surplus.subjects.len()),
        ("meeting", 5, 5)
    );
    let refused = billing.change(&contact, RequestId::new(), &preview.preview_token).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "SEATS_IN_USE".into()));
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().seats["meeting"], 100);
    billing.licensing.hold("meeting", 80);
    let changed = billing
        .change(&contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    let subscription = changed.subscription.unwrap();
    assert_eq!((subscription.seats[0].seats, subscription.balance), (80, 20_000));
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().seats["meeting"], 80);
    // What was given back pays for what comes next.
    let preview = billing.preview(&contact, "", &MORE, NOW).await.unwrap();
    let quote = preview.quote.unwrap();
    assert_eq!((quote.total, quote.from_balance, quote.due), (40_000, 20_000, 20_000));
}

async fn fewer_seats_at_the_period_s_end_are_scheduled(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    billing.licensing.hold("meeting", 85);
    let preview = billing.preview(&contact, "", &FEWER, LATER).await.unwrap();
    assert_eq!(preview.surpluses[0].count, 5);
    let changed = billing
        .change(&contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    let subscription = changed.subscription.unwrap();
    assert_eq!((subscription.seats[0].seats, changed.invoice_id.as_str()), (100, ""));
    assert_eq!(subscription.scheduled_change.unwrap().seats[0].seats, 80);
    assert_eq!(billing.delivered().await, 0);
    let known = billing.licensing.knows(account).unwrap();
    assert_eq!((known.seats["meeting"], known.next.unwrap()["meeting"]), (100, 80));
    let another = billing.preview(&contact, "", &MORE, NOW).await;
    assert_eq!(refusal(another), (Code::FailedPrecondition, "CHANGE_PENDING".into()));
}

async fn a_change_that_licensing_did_not_answer_is_made_later(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    assert_eq!(billing.delivered().await, 0);
    let preview = billing.preview(&contact, "", &FEWER, NOW).await.unwrap();
    // Each time that it is asked, since what may be asked again is.
    for _ in 0..3 {
        billing.licensing.refuse_next(Code::Unavailable, "UNAVAILABLE");
    }
    let answer = billing.change(&contact, RequestId::new(), &preview.preview_token).await;
    assert_eq!(refusal(answer), (Code::Unavailable, "UNAVAILABLE".into()));
    eventually(Duration::from_secs(20), async || {
        let subscription = billing.get_subscription(&contact).await.unwrap();
        (subscription.seats[0].seats == 80).then_some(()).ok_or("not made yet")
    })
    .await;
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().seats["meeting"], 80);
}

async fn a_refused_change_leaves_licensing_as_it_was(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    assert_eq!(billing.delivered().await, 0);
    let before = billing.licensing.knows(account).unwrap();
    let preview = billing.preview(&contact, "", &FEWER, NOW).await.unwrap();
    billing.licensing.refuse_next(Code::FailedPrecondition, "SEATS_IN_USE");
    let refused = billing.change(&contact, RequestId::new(), &preview.preview_token).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "SEATS_IN_USE".into()));
    assert_eq!(billing.delivered().await, 0);
    let after = billing.licensing.knows(account).unwrap();
    assert_eq!(after.seats, before.seats);
    // The first period was version 2, licensing was asked under 3: whoever has asked the same meanwhile, and was not refused,
    // is overruled by 4.
    assert_eq!((before.version, after.version), (1, 4));
}

async fn a_preview_is_good_for_what_it_showed_only(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let (_, stranger) = billing.subscriber("team-monthly").await;
    let token = billing.preview(&contact, "", &MORE, NOW).await.unwrap().preview_token;
    let altered = token.replace(&token[60..61], if &token[60..61] == "A" { "B" } else { "A" });
    for (actor, token) in [
        (&stranger, token.as_str()),
        (&contact, &altered),
        (&contact, ""),
        (&contact, "x"),
    ] {
        let answer = billing.change(actor, RequestId::new(), token).await;
        assert_eq!(
            refusal(answer),
            (Code::InvalidArgument, "PREVIEW_INVALID".into()),
            "{token}"
        );
    }
    let other = billing.preview(&contact, "", &FEWER, NOW).await.unwrap().preview_token;
    billing.change(&contact, RequestId::new(), &other).await.unwrap();
    let outdated = billing.change(&contact, RequestId::new(), &token).await;
    assert_eq!(refusal(outdated), (Code::FailedPrecondition, "PREVIEW_OUTDATED".into()));
}

async fn one_of_twenty_changes_at_once_is_made(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let token = billing.preview(&contact, "", &MORE, NOW).await.unwrap().preview_token;
    let changes = join_all((0..20).map(|_| billing.change(&contact, RequestId::new(), &token))).await;
    let (made, refused): (Vec<_>, Vec<_>) = changes.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for answer in refused {
        let (_, reason) = refusal(answer);
        let expected = ["CHANGE_IN_PROGRESS", "PREVIEW_OUTDATED", "NOTHING_TO_CHANGE"];
        assert!(expected.contains(&reason.as_str()), "{reason}");
    }
}

async fn a_change_can_be_wanted_for_a_day_and_for_an_interval(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let preview = async |timing: ChangeTiming, effective_date: &str| {
        let message = PreviewChangeRequest {
            interval: Interval::Year.into(),
            timing: timing.into(),
            effective_date: effective_date.to_owned(),
            ..PreviewChangeRequest::default()
        };
        let request = billing.signed("gateway", message, &contact);
        let answer = billing.subscriptions().preview_change(request).await?;
        Ok::<_, Status>(answer.into_inner().preview.unwrap())
    };
    let over = billing.get_subscription(&contact).await.unwrap().period_end_date;
    let yearly = preview(ChangeTiming::Unspecified, &over).await.unwrap();
    assert_eq!((yearly.plan.as_str(), &yearly.effective_date), ("team-yearly", &over));
    let cases = [
        (ChangeTiming::Unspecified, "2020-02-29", "effective_date", "DATE_PAST"),
        (
            ChangeTiming::Unspecified,
            "2999-01-01",
            "effective_date",
            "DATE_UNAVAILABLE",
        ),
        (
            ChangeTiming::Unspecified,
            "tomorrow",
            "effective_date",
            "DATE_MALFORMED",
        ),
        (NOW, &over, "timing", "TIMING_TWICE"),
    ];
    for (timing, date, field, reason) in cases {
        let status = preview(timing, date).await.unwrap_err();
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(
            (violations[0].field.as_str(), violations[0].reason.as_str()),
            (field, reason)
        );
        assert_eq!(
            refusal(Err::<(), _>(status)),
            (Code::InvalidArgument, "CHANGE_INVALID".into())
        );
    }
}

async fn only_the_billing_contact_changes_the_plan(place: Place) {
    let billing = Billing::start(place).await;
    let (account, _) = billing.subscriber("team-monthly").await;
    for role in [Role::Member, Role::Admin, Role::SuperAdmin] {
        let answer = billing.preview(&person(account, role), "", &MORE, NOW).await;
        assert_eq!(refusal(answer), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    }
    let nobody = billing.preview(&contact(AccountId::new()), "", &MORE, NOW).await;
    assert_eq!(refusal(nobody), (Code::NotFound, "SUBSCRIPTION_NOT_FOUND".into()));
}

async fn a_change_that_makes_no_sense_is_refused(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let (bad, no) = (Code::InvalidArgument, Code::FailedPrecondition);
    let table = [
        ("tiny", 1, Code::NotFound, "PLAN_NOT_FOUND"),
        ("trial", 1, no, "PLAN_NOT_FOR_SALE"),
        ("", 0, bad, "CHANGE_INVALID"),
        ("", -5, bad, "CHANGE_INVALID"),
        ("", i64::MAX, bad, "CHANGE_INVALID"),
    ];
    for (plan, seats, code, reason) in table {
        let answer = billing.preview(&contact, plan, &[("meeting", seats)], NOW).await;
        assert_eq!(refusal(answer), (code, reason.to_owned()), "{plan} {seats}");
    }
    let nothing = billing.preview(&contact, "", &[], NOW).await;
    assert_eq!(refusal(nothing), (no, "NOTHING_TO_CHANGE".into()));
}
