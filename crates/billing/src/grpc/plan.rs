//! Plans as the API shows them.

use proto::billing::v1 as api;

use crate::domain::{Catalogue, Interval, Plan, PlanProduct, Price};

/// The whole price list.
pub(super) fn plans(catalogue: &Catalogue) -> Vec<api::Plan> {
    catalogue.on_sale().map(plan).collect()
}

fn plan(plan: &Plan) -> api::Plan {
    api::Plan {
        id: plan.key.id.clone(),
        version: plan.key.version,
        name: plan.name.clone(),
        interval: plan.interval.map(interval).unwrap_or_default().into(),
        trial_days: plan
            .trial_days
            .and_then(|days| days.try_into().ok())
            .unwrap_or_default(),
        currency: plan.currency.to_string(),
        one_time_fee: plan.one_time_fee,
        products: plan.products.iter().map(product).collect(),
    }
}

fn product(row: &PlanProduct) -> api::PlanProduct {
    let tiers = row.price.tiers().iter();
    api::PlanProduct {
        product: row.product.clone(),
        seats: row.seats,
        seat_price: row.price.first(),
        pricing: pricing(&row.price).into(),
        tiers: tiers
            .map(|tier| api::PriceTier {
                up_to: tier.up_to.unwrap_or_default(),
                seat_price: tier.price,
            })
            .collect(),
        included_seats: row.included,
        minimum_seats: row.minimum,
        maximum_seats: row.maximum,
    }
}

const fn pricing(price: &Price) -> api::plan_product::Pricing {
    match price {
        Price::Flat(_) => api::plan_product::Pricing::Flat,
        Price::Tiered(_) => api::plan_product::Pricing::Tiered,
        Price::Volume(_) => api::plan_product::Pricing::Volume,
    }
}

const fn interval(interval: Interval) -> api::plan::Interval {
    match interval {
        Interval::Month => api::plan::Interval::Month,
        Interval::Year => api::plan::Interval::Year,
    }
}
