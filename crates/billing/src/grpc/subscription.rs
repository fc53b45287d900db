//! Subscriptions and their changes, between messages and what is meant by them.

use proto::billing::v1 as api;
use types::RequestId;

use super::quote::{date, quote};
use crate::app::{Preview, Standing};
use crate::domain::{ChangeRefused, Fault, Interval, Seats, State, Surplus, When, Wish};
use crate::error::Error;

/// An account's subscription.
pub(super) fn subscription(Standing { account, subscription }: Standing) -> api::Subscription {
    let calendar = account.calendar();
    let period = subscription.period;
    let period_end = subscription.period_end(&calendar);
    api::Subscription {
        id: subscription.id.to_string(),
        plan: subscription.terms.plan.id,
        plan_version: subscription.terms.plan.version,
        state: state(subscription.state).into(),
        seats: seats(subscription.terms.seats),
        create_time: Some(chassis::timestamp(subscription.create_time)),
        end_time: subscription.end_time.map(chassis::timestamp),
        period_start_date: period.map(|period| date(period.start)).unwrap_or_default(),
        period_end_date: period.map(|period| date(period.end)).unwrap_or_default(),
        scheduled_change: subscription.scheduled.map(|terms| api::ScheduledChange {
            plan: terms.plan.id,
            plan_version: terms.plan.version,
            seats: seats(terms.seats),
            effective_time: period_end.map(chassis::timestamp),
        }),
        currency: account.balance.currency.to_string(),
        balance: account.balance.minor_units,
    }
}

fn seats(seats: Seats) -> Vec<api::SubscribedSeats> {
    let row = |(product, seats)| api::SubscribedSeats { product, seats };
    seats.into_iter().map(row).collect()
}

const fn state(state: State) -> api::subscription::State {
    match state {
        State::Trialing => api::subscription::State::Trialing,
        State::Active => api::subscription::State::Active,
        State::PastDue => api::subscription::State::PastDue,
        State::Grace => api::subscription::State::Grace,
        State::Cancelled => api::subscription::State::Cancelled,
        State::Ended | State::Closed => api::subscription::State::Ended,
    }
}

/// What an account wants.
pub(super) fn read_wish(request: api::PreviewChangeRequest) -> Result<Wish, Error> {
    let (timing, interval) = (request.timing(), request.interval());
    let fault = |field: &str, reason, description: &str| {
        ChangeRefused::Invalid(vec![Fault {
            field: field.to_owned(),
            reason,
            description: description.to_owned(),
        }])
    };
    let date = match request.effective_date.as_str() {
        "" => None,
        _ if timing != api::ChangeTiming::Unspecified => {
            return Err(fault("timing", "TIMING_TWICE", "either a timing or a day").into());
        }
        text => {
            let malformed = || fault("effective_date", "DATE_MALFORMED", "a day is written like 2026-08-03");
            Some(text.parse().map_err(|_| malformed())?)
        }
    };
    Ok(Wish {
        plan: request.plan,
        interval: match interval {
            api::plan::Interval::Unspecified => None,
            api::plan::Interval::Month => Some(Interval::Month),
            api::plan::Interval::Year => Some(Interval::Year),
        },
        seats: request.seats.into_iter().map(|row| (row.product, row.seats)).collect(),
        when: when(timing),
        date,
    })
}

/// When a change is to come.
pub(super) const fn when(timing: api::ChangeTiming) -> When {
    match timing {
        api::ChangeTiming::Unspecified | api::ChangeTiming::Now => When::Now,
        api::ChangeTiming::PeriodEnd => When::PeriodEnd,
    }
}

/// The id of a request.
pub(super) fn read_request_id(text: &str) -> Result<RequestId, Error> {
    text.parse().map_err(|_| Error::RequestIdMalformed)
}

/// What a change would cost and do.
pub(super) fn preview(preview: Preview) -> api::ChangePreview {
    let Preview { decision, before, .. } = preview;
    let after = &decision.terms.seats;
    let products: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let count = |seats: &Seats, product: &String| seats.get(product).copied().unwrap_or_default();
    let changes = products.into_iter().map(|product| api::SeatChange {
        product: product.clone(),
        before: count(&before, product),
        after: count(after, product),
    });
    api::ChangePreview {
        seats: changes.collect(),
        plan: decision.terms.plan.id.clone(),
        plan_version: decision.terms.plan.version,
        effective_date: date(decision.effective),
        quote: Some(quote(decision.quote)),
        balance_after: preview.balance_after.minor_units,
        surpluses: preview.surpluses.into_iter().map(surplus).collect(),
        preview_token: preview.token,
        expire_time: Some(chassis::timestamp(preview.expire_time)),
    }
}

fn surplus(surplus: Surplus) -> api::SeatSurplus {
    api::SeatSurplus {
        product: surplus.product,
        count: surplus.count,
        subjects: surplus.subjects,
    }
}
