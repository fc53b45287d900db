//! Plans and subscriptions as the API shows them.

use proto::billing::v1 as api;

use crate::domain::{Catalogue, Interval, Plan, PlanProduct, State, Subscription};

/// The whole price list.
pub(super) fn plans(catalogue: &Catalogue) -> Vec<api::Plan> {
    let currency = catalogue.currency().to_string();
    catalogue.plans().iter().map(|row| plan(row, &currency)).collect()
}

fn plan(plan: &Plan, currency: &str) -> api::Plan {
    api::Plan {
        id: plan.id.to_owned(),
        name: plan.name.to_owned(),
        interval: plan.interval.map(interval).unwrap_or_default().into(),
        trial_days: plan
            .trial_days
            .and_then(|days| days.try_into().ok())
            .unwrap_or_default(),
        currency: currency.to_owned(),
        products: plan.products.iter().map(product).collect(),
    }
}

fn product(row: &PlanProduct) -> api::PlanProduct {
    api::PlanProduct {
        product: row.product.to_owned(),
        seats: row.seats,
        seat_price: row.seat_price.minor_units,
    }
}

const fn interval(interval: Interval) -> api::plan::Interval {
    match interval {
        Interval::Month => api::plan::Interval::Month,
        Interval::Year => api::plan::Interval::Year,
    }
}

/// An account's subscription.
pub(super) fn subscription(subscription: Subscription) -> api::Subscription {
    let seats = subscription.seats.into_iter();
    api::Subscription {
        id: subscription.id.to_string(),
        plan: subscription.plan,
        state: state(subscription.state).into(),
        seats: seats
            .map(|(product, seats)| api::SubscribedSeats { product, seats })
            .collect(),
        create_time: Some(chassis::timestamp(subscription.create_time)),
        end_time: subscription.end_time.map(chassis::timestamp),
    }
}

const fn state(state: State) -> api::subscription::State {
    match state {
        State::Active => api::subscription::State::Active,
        State::Ended => api::subscription::State::Ended,
    }
}
