//! The price list.

use types::{Currency, InvalidCurrency, Money};

use super::{Interval, Plan, PlanProduct};

/// Every plan there is, in alphabetical order of ids.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    currency: Currency,
    plans: Vec<Plan>,
}

/// A plan as it is written below: seats and the price of one, product by product in alphabetical order.
struct Entry {
    id: &'static str,
    name: &'static str,
    /// None for a trial, which is free.
    interval: Option<Interval>,
    trial_days: Option<u32>,
    products: [(&'static str, i64, i64); 4],
}

const CURRENCY: &str = "EUR";

/// A year costs as much as ten months.
const ENTRIES: [Entry; 5] = [
    Entry {
        id: "enterprise-yearly",
        name: "Enterprise, paid yearly",
        interval: Some(Interval::Year),
        trial_days: None,
        products: [
            ("meeting", 100_000, 6_000),
            ("phone", 100_000, 4_000),
            ("training", 100_000, 12_000),
            ("webinar", 100_000, 18_000),
        ],
    },
    Entry {
        id: "starter-monthly",
        name: "Starter, paid monthly",
        interval: Some(Interval::Month),
        trial_days: None,
        products: [
            ("meeting", 10, 1_200),
            ("phone", 5, 800),
            ("training", 5, 2_400),
            ("webinar", 2, 3_600),
        ],
    },
    Entry {
        id: "team-monthly",
        name: "Team, paid monthly",
        interval: Some(Interval::Month),
        trial_days: None,
        products: [
            ("meeting", 100, 1_000),
            ("phone", 50, 700),
            ("training", 50, 2_000),
            ("webinar", 20, 3_000),
        ],
    },
    Entry {
        id: "team-yearly",
        name: "Team, paid yearly",
        interval: Some(Interval::Year),
        trial_days: None,
        products: [
            ("meeting", 100, 10_000),
            ("phone", 50, 7_000),
            ("training", 50, 20_000),
            ("webinar", 20, 30_000),
        ],
    },
    Entry {
        id: "trial",
        name: "Trial, free for 30 days",
        interval: None,
        trial_days: Some(30),
        products: [
            ("meeting", 5, 0),
            ("phone", 2, 0),
            ("training", 5, 0),
            ("webinar", 1, 0),
        ],
    },
];

impl Catalogue {
    /// The price list as it stands.
    pub(crate) fn load() -> Result<Self, InvalidCurrency> {
        let currency = Currency::parse(CURRENCY)?;
        let plans = ENTRIES.iter().map(|entry| entry.plan(currency)).collect();
        Ok(Self { currency, plans })
    }

    /// The currency of every price.
    pub(crate) const fn currency(&self) -> Currency {
        self.currency
    }

    /// Every plan, in alphabetical order of ids.
    pub(crate) fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The plan with this id.
    pub(crate) fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }
}

impl Entry {
    fn plan(&self, currency: Currency) -> Plan {
        let products = self.products.iter().map(|&(product, seats, minor_units)| PlanProduct {
            product,
            seats,
            seat_price: Money { minor_units, currency },
        });
        Plan {
            id: self.id,
            name: self.name,
            interval: self.interval,
            trial_days: self.trial_days,
            products: products.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_and_their_products_are_in_alphabetical_order_and_each_there_once() {
        let catalogue = Catalogue::load().unwrap();
        assert!(catalogue.plans().is_sorted_by(|a, b| a.id < b.id));
        for plan in catalogue.plans() {
            assert!(plan.products.is_sorted_by(|a, b| a.product < b.product), "{}", plan.id);
        }
    }

    #[test]
    fn every_plan_gives_seats_of_every_product_for_money_or_for_a_time() {
        for plan in Catalogue::load().unwrap().plans() {
            let products: Vec<_> = plan.products.iter().map(|row| row.product).collect();
            assert_eq!(products, ["meeting", "phone", "training", "webinar"], "{}", plan.id);
            assert_eq!(plan.interval.is_none(), plan.trial_days.is_some(), "{}", plan.id);
            let paid = plan.interval.is_some();
            assert!(
                plan.products
                    .iter()
                    .all(|row| row.seats > 0 && (row.seat_price.minor_units > 0) == paid)
            );
        }
    }

    #[test]
    fn a_year_of_the_team_plan_costs_ten_months_of_it() {
        let catalogue = Catalogue::load().unwrap();
        let prices = |id| -> Vec<_> {
            let plan = catalogue.plan(id).unwrap();
            plan.products.iter().map(|row| row.seat_price).collect()
        };
        let ten_months: Vec<_> = prices("team-monthly")
            .iter()
            .map(|price| price.times(10).unwrap())
            .collect();
        assert_eq!(prices("team-yearly"), ten_months);
    }
}
