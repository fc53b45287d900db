//! What an account's billing contact is told by e-mail.

use jiff::civil::Date;
use types::{BillingNotice, BillingNoticeKind as Kind, Money, MoneyError, SeatCount, Timestamp};

use super::advance::first_period;
use super::{Account, Catalogue, Invoice, InvoiceKind, Quote, State, Subscription, Terms};

/// What is told when a subscription changes from `former` to `next`, if that is worth telling.
///
/// # Errors
/// [`MoneyError`] when the amount that it tells cannot be counted.
pub(crate) fn of_change(
    account: &Account,
    catalogue: &Catalogue,
    (former, next): (&Subscription, &Subscription),
) -> Result<Option<BillingNotice>, MoneyError> {
    let day = |time: Option<Timestamp>| time.map(|time| account.calendar().date(time));
    let notice = |kind, date| BillingNotice {
        date,
        ..BillingNotice::new(format!("{}:{}", next.id, next.version), account.id, kind)
    };
    let end = day(next.end_time);
    if former.state != next.state {
        return Ok(match next.state {
            State::Grace => Some(notice(Kind::SubscriptionGrace, end)),
            State::Cancelled => Some(notice(Kind::SubscriptionCancelled, end)),
            State::Ended => Some(notice(Kind::SubscriptionEnded, None)),
            State::Trialing | State::Active | State::PastDue | State::Closed => None,
        });
    }
    if next.state == State::Trialing && former.reminder_time.is_some() && next.reminder_time.is_none() {
        return Ok(Some(BillingNotice {
            amount: end
                .map(|end| first_bill(account, catalogue, &next.terms, end))
                .transpose()?
                .flatten(),
            ..notice(Kind::TrialEnding, end)
        }));
    }
    let scheduled = next.scheduled.as_ref().filter(|_| former.scheduled.is_none());
    let seats = scheduled
        .map(|scheduled| fewer(&next.terms, scheduled))
        .unwrap_or_default();
    Ok((!seats.is_empty()).then(|| BillingNotice {
        seats,
        ..notice(Kind::SeatsDecreasing, next.period.map(|period| period.end))
    }))
}

/// What is told of an invoice or a credit note when it is issued.
pub(crate) fn of_invoice(account: &Account, invoice: &Invoice) -> BillingNotice {
    let quote = &invoice.document.quote;
    let (kind, amount) = match invoice.kind {
        InvoiceKind::Invoice => (Kind::InvoiceIssued, quote.due),
        InvoiceKind::CreditNote => (Kind::CreditNoteIssued, quote.credited),
    };
    let copy_to = &account.information.invoice_email;
    BillingNotice {
        invoice_number: invoice.number,
        amount: Some(amount).filter(|amount| amount.minor_units > 0),
        copy_to: Some(copy_to.clone()).filter(|address| !address.is_empty()),
        ..BillingNotice::new(invoice.id.to_string(), account.id, kind)
    }
}

/// What is told when the attempt of this number to have an invoice paid has failed; payment is asked for again at `next`, or
/// never. Whoever notices that first tells it; what is told again is the same notice.
pub(crate) fn of_late_payment(
    account: &Account,
    invoice: &Invoice,
    attempt: i64,
    next: Option<Timestamp>,
) -> BillingNotice {
    BillingNotice {
        invoice_number: invoice.number,
        amount: Some(invoice.due()),
        date: next.map(|time| account.calendar().date(time)),
        ..BillingNotice::new(format!("{}:{attempt}", invoice.id), account.id, Kind::PaymentFailed)
    }
}

/// What is left to pay when these terms are first paid for on `day`; none when they never are.
fn first_bill(account: &Account, catalogue: &Catalogue, terms: &Terms, day: Date) -> Result<Option<Money>, MoneyError> {
    let Some(first) = first_period(catalogue, terms, day)? else {
        return Ok(None);
    };
    Ok(Some(Quote::new(first.lines, first.plan.currency, account.balance)?.due))
}

/// The products of which there will be fewer seats.
fn fewer(terms: &Terms, scheduled: &Terms) -> Vec<SeatCount> {
    let fewer = |(product, present): (&String, &i64)| {
        let seats = scheduled.seats.get(product).copied().unwrap_or_default();
        (seats < *present).then(|| SeatCount {
            product: product.clone(),
            present: *present,
            seats,
        })
    };
    terms.seats.iter().filter_map(fewer).collect()
}

#[cfg(test)]
mod tests {
    use types::{AccountId, TimeZone};

    use super::*;
    use crate::domain::BUILT_IN;

    fn subscriber(plan: &str) -> (Account, Catalogue, Subscription) {
        let catalogue = Catalogue::read(BUILT_IN).unwrap();
        let plan = catalogue.plan(plan).unwrap();
        let account = Account::new(AccountId::new(), plan.currency, TimeZone::utc());
        let start = "2026-03-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let start = Timestamp::from_micros(start.as_microsecond());
        let subscription = Subscription::start(account.id, plan, start);
        (account, catalogue, subscription)
    }

    fn told(change: impl FnOnce(&mut Subscription), plan: &str) -> Option<BillingNotice> {
        let (account, catalogue, former) = subscriber(plan);
        let mut next = former.succeed();
        change(&mut next);
        of_change(&account, &catalogue, (&former, &next)).unwrap()
    }

    #[test]
    fn what_a_state_means_is_told_when_it_begins() {
        let cases = [
            (State::Active, None),
            (State::PastDue, None),
            (State::Grace, Some((Kind::SubscriptionGrace, true))),
            (State::Cancelled, Some((Kind::SubscriptionCancelled, true))),
            (State::Ended, Some((Kind::SubscriptionEnded, false))),
            (State::Closed, None),
        ];
        for (state, expected) in cases {
            let notice = told(
                |next| (next.state, next.end_time) = (state, Some(next.create_time)),
                "team-monthly",
            );
            let notice = notice.map(|notice| (notice.kind, notice.date.is_some()));
            assert_eq!(notice, expected, "{state:?}");
        }
    }

    #[test]
    fn a_trial_that_ends_is_told_with_what_comes_then() {
        let notice = told(|next| next.reminder_time = None, "trial").unwrap();
        assert_eq!((notice.kind, notice.amount), (Kind::TrialEnding, None));
        assert_eq!(notice.date.map(|date| date.to_string()).as_deref(), Some("2026-03-31"));
        let (mut account, catalogue, former) = subscriber("trial");
        let mut next = former.succeed();
        next.reminder_time = None;
        next.terms = subscriber("team-monthly").2.terms;
        account.balance.minor_units = 1_000;
        let notice = of_change(&account, &catalogue, (&former, &next)).unwrap().unwrap();
        assert_eq!(
            notice.amount.map(|amount| amount.minor_units),
            Some(100 * 1_000 + 50 * 700 + 50 * 2_000 + 20 * 3_000 - 1_000)
        );
    }

    #[test]
    fn seats_that_will_be_fewer_are_told_once() {
        let schedule = |counts: &[(&str, i64)]| {
            let (account, catalogue, former) = subscriber("team-monthly");
            let mut next = former.succeed();
            let mut terms = next.terms.clone();
            terms
                .seats
                .extend(counts.iter().map(|&(product, seats)| (product.to_owned(), seats)));
            next.scheduled = Some(terms);
            let first = of_change(&account, &catalogue, (&former, &next)).unwrap();
            let again = of_change(&account, &catalogue, (&next, &next.succeed())).unwrap();
            assert_eq!(again, None);
            first
        };
        assert_eq!(schedule(&[("meeting", 101)]), None);
        let notice = schedule(&[("meeting", 101), ("phone", 49)]).unwrap();
        let rows = notice
            .seats
            .iter()
            .map(|row| (row.product.as_str(), row.present, row.seats));
        assert_eq!(
            (notice.kind, rows.collect::<Vec<_>>()),
            (Kind::SeatsDecreasing, vec![("phone", 50, 49)])
        );
    }
}
