//! What an account's billing contact is told.

use chassis::Actor;
use proto::billing::v1::{BillingInformation, ChangeTiming};
use types::{AccountId, BillingNotice, BillingNoticeKind as Kind, Clock, RequestId};

use crate::billing::{Billing, Place, contact};

crate::on_both_databases!(
    invoices_and_credit_notes_are_told_when_they_are_issued,
    each_failed_attempt_is_told_once_and_then_the_grace_and_the_end,
    a_provider_that_says_nothing_is_told_of_all_the_same,
    a_payment_method_that_is_named_pays_at_once_what_is_late,
    the_end_of_a_trial_is_told_three_days_before,
    fewer_seats_to_come_are_told_when_they_are_scheduled,
);

const DAY: i64 = 24 * 60 * 60;

fn now() -> i64 {
    Clock::system().now().seconds()
}

/// What an account's contact was told, when nothing is left to tell.
async fn told(billing: &Billing, account: AccountId) -> Vec<BillingNotice> {
    assert_eq!(billing.delivered().await, 0);
    let mut notices = billing.notice_sink.notices();
    notices.retain(|notice| notice.account_id == account);
    notices
}

fn of(notices: &[BillingNotice], kind: Kind) -> Vec<&BillingNotice> {
    notices.iter().filter(|notice| notice.kind == kind).collect()
}

fn minor_units(notice: &BillingNotice) -> Option<i64> {
    notice.amount.map(|amount| amount.minor_units)
}

async fn change(billing: &Billing, contact: &Actor, seats: &[(&str, i64)], timing: ChangeTiming) {
    let preview = billing.preview(contact, "", seats, timing).await.unwrap();
    let changed = billing.change(contact, RequestId::new(), &preview.preview_token);
    changed.await.unwrap();
}

async fn invoices_and_credit_notes_are_told_when_they_are_issued(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let information = BillingInformation {
        invoice_email: "bills@example.com".to_owned(),
        ..BillingInformation::default()
    };
    billing.inform(&contact, information).await.unwrap();
    change(&billing, &contact, &[("meeting", 50)], ChangeTiming::Now).await;
    change(&billing, &contact, &[("meeting", 51)], ChangeTiming::Now).await;
    let notices = told(&billing, account).await;
    let [first, paid_by_balance] = of(&notices, Kind::InvoiceIssued)[..] else {
        panic!("{notices:?}")
    };
    let first_sum = 100 * 1_000 + 50 * 700 + 50 * 2_000 + 20 * 3_000;
    assert_eq!(
        (first.invoice_number, minor_units(first), &first.copy_to),
        (Some(1), Some(first_sum), &None)
    );
    let [note] = of(&notices, Kind::CreditNoteIssued)[..] else {
        panic!("{notices:?}")
    };
    assert!(minor_units(note).is_some_and(|amount| amount > 0), "{note:?}");
    let bills = Some("bills@example.com".to_owned());
    assert_eq!((note.invoice_number, &note.copy_to), (Some(2), &bills));
    // The balance pays it.
    assert_eq!(
        (paid_by_balance.invoice_number, minor_units(paid_by_balance)),
        (Some(3), None)
    );
    assert_eq!(paid_by_balance.copy_to, bills);
}

async fn each_failed_attempt_is_told_once_and_then_the_grace_and_the_end(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let start = now();
    billing.pay_by(&contact, "sim_fail").await;
    billing.advance(&contact, start + 80 * DAY).await.unwrap();
    let notices = told(&billing, account).await;
    let failed = of(&notices, Kind::PaymentFailed);
    // The plan has four attempts, and says after each but the last when the next one is.
    assert_eq!(failed.len(), 4, "{notices:?}");
    let asked_again: Vec<_> = failed.iter().map(|notice| notice.date.is_some()).collect();
    assert_eq!(asked_again, [true, true, true, false]);
    assert!(
        failed
            .iter()
            .all(|notice| notice.invoice_number == Some(2) && minor_units(notice).is_some())
    );
    let [grace] = of(&notices, Kind::SubscriptionGrace)[..] else {
        panic!("{notices:?}")
    };
    assert!(grace.date > failed[2].date, "{grace:?}");
    assert_eq!(of(&notices, Kind::SubscriptionEnded).len(), 1);
}

async fn a_provider_that_says_nothing_is_told_of_all_the_same(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let start = now();
    billing.pay_by(&contact, "sim_silent").await;
    billing.advance(&contact, start + 62 * DAY).await.unwrap();
    let notices = told(&billing, account).await;
    assert_eq!(of(&notices, Kind::PaymentFailed).len(), 3, "{notices:?}");
    assert_eq!(of(&notices, Kind::SubscriptionGrace).len(), 1);
}

async fn a_payment_method_that_is_named_pays_at_once_what_is_late(place: Place) {
    use proto::billing::v1::subscription::State;

    let billing = Billing::start(place).await;
    // After one attempt, in the wait after the last one, and in the time of grace.
    for (days, late) in [(33, State::PastDue), (57, State::PastDue), (62, State::Grace)] {
        let (_, contact) = billing.subscriber("team-monthly").await;
        let start = now();
        billing.pay_by(&contact, "sim_fail").await;
        let subscription = billing.advance(&contact, start + days * DAY).await.unwrap();
        assert_eq!(subscription.state(), late);
        billing.pay_by(&contact, "sim_success").await;
        let subscription = billing.get_subscription(&contact).await.unwrap();
        assert_eq!(
            (subscription.state(), subscription.end_time),
            (State::Active, None),
            "{days} days"
        );
    }
}

async fn the_end_of_a_trial_is_told_three_days_before(place: Place) {
    let billing = Billing::start(place).await;
    let account = AccountId::new();
    billing.start_subscription(account, "trial").await.unwrap();
    let contact = contact(account);
    let start = now();
    billing.advance(&contact, start + 26 * DAY).await.unwrap();
    assert_eq!(told(&billing, account).await, []);
    billing.advance(&contact, start + 28 * DAY).await.unwrap();
    let notices = told(&billing, account).await;
    let [ending] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!((ending.kind, ending.amount), (Kind::TrialEnding, None));
    let end = billing.get_subscription(&contact).await.unwrap().end_time.unwrap();
    let end = jiff::Timestamp::from_second(end.seconds).unwrap();
    assert_eq!(ending.date, Some(end.to_zoned(jiff::tz::TimeZone::UTC).date()));
    billing.advance(&contact, start + 40 * DAY).await.unwrap();
    let kinds: Vec<_> = told(&billing, account).await.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [Kind::TrialEnding, Kind::SubscriptionEnded]);
}

async fn fewer_seats_to_come_are_told_when_they_are_scheduled(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let seats = [("meeting", 10), ("phone", 50), ("training", 60), ("webinar", 20)];
    change(&billing, &contact, &seats, ChangeTiming::PeriodEnd).await;
    let notices = told(&billing, account).await;
    let [fewer] = of(&notices, Kind::SeatsDecreasing)[..] else {
        panic!("{notices:?}")
    };
    let rows: Vec<_> = fewer
        .seats
        .iter()
        .map(|row| (row.product.as_str(), row.present, row.seats))
        .collect();
    assert_eq!(rows, [("meeting", 100, 10)]);
    let subscription = billing.get_subscription(&contact).await.unwrap();
    assert_eq!(
        fewer.date.map(|date| date.to_string()),
        Some(subscription.period_end_date)
    );
}
