//! The price list, read from a file that people review.

use std::collections::BTreeMap;

use serde::Deserialize;
use types::Currency;

use super::price::Tier;
use super::{Interval, Plan, PlanKey, PlanProduct, Price};

/// The price list that the program is built with.
pub(crate) const BUILT_IN: &str = include_str!("../../catalogue.toml");

/// The most seats of a product, unless its plan says otherwise.
const MAXIMUM: i64 = 1_000_000;
/// The longest trial.
const MAX_TRIAL_DAYS: u32 = 366;

/// Every version of every plan, by id and version.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    plans: BTreeMap<PlanKey, Plan>,
    fallback: Currency,
}

/// Why a price list is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CatalogueError {
    /// It cannot be read: no TOML, a key that is unknown or missing, an amount that is no whole number.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// One of its plans makes no sense.
    #[error("plan {plan}, version {version}: {problem}")]
    Plan {
        /// The plan's id.
        plan: String,
        /// Its version.
        version: i64,
        /// What is wrong.
        problem: String,
    },
    /// It has no plan.
    #[error("it has no plan")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    plans: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    version: i64,
    name: String,
    currency: String,
    family: Option<String>,
    interval: Option<Interval>,
    trial_days: Option<u32>,
    #[serde(default)]
    one_time_fee: i64,
    products: BTreeMap<String, Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    seats: i64,
    #[serde(default)]
    included: i64,
    #[serde(default)]
    minimum: i64,
    #[serde(default = "maximum")]
    maximum: i64,
    price: Option<i64>,
    tiered: Option<Vec<Tier>>,
    volume: Option<Vec<Tier>>,
}

const fn maximum() -> i64 {
    MAXIMUM
}

impl Catalogue {
    /// Reads a price list.
    ///
    /// # Errors
    /// [`CatalogueError`] when it cannot be read, or a plan makes no sense.
    pub(crate) fn read(text: &str) -> Result<Self, CatalogueError> {
        let file: File = toml::from_str(text).map_err(|error| CatalogueError::Unreadable(error.to_string()))?;
        let mut plans = BTreeMap::new();
        for entry in file.plans {
            let key = PlanKey {
                id: entry.id.clone(),
                version: entry.version,
            };
            let plan = entry.plan().and_then(|plan| match plans.insert(key.clone(), plan) {
                None => Ok(()),
                Some(_) => Err("is there twice".to_owned()),
            });
            plan.map_err(|problem| CatalogueError::Plan {
                plan: key.id,
                version: key.version,
                problem,
            })?;
        }
        let fallback = plans.values().next().ok_or(CatalogueError::Empty)?.currency;
        Ok(Self { plans, fallback })
    }

    /// The plans on sale, in alphabetical order of ids: of each the highest version.
    pub(crate) fn on_sale(&self) -> impl Iterator<Item = &Plan> {
        let latest: BTreeMap<&str, &Plan> = self.plans.values().map(|plan| (plan.key.id.as_str(), plan)).collect();
        latest.into_values()
    }

    /// The currency of an account that buys nothing.
    pub(crate) const fn currency(&self) -> Currency {
        self.fallback
    }

    /// The plan with this id that is on sale.
    pub(crate) fn plan(&self, id: &str) -> Option<&Plan> {
        self.on_sale().find(|plan| plan.key.id == id)
    }

    /// The plan on sale that differs from `plan` in how often it is paid.
    pub(crate) fn sibling(&self, plan: &Plan, interval: Interval) -> Option<&Plan> {
        let mut family = self.on_sale().filter(|other| other.family == plan.family);
        family.find(|other| other.interval == Some(interval))
    }

    /// The plan as it was sold.
    pub(crate) fn sold(&self, key: &PlanKey) -> Option<&Plan> {
        self.plans.get(key)
    }
}

impl Entry {
    fn plan(self) -> Result<Plan, String> {
        let currency = Currency::parse(&self.currency).map_err(|invalid| invalid.to_string())?;
        let word = |text: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !text.is_empty() && text.len() <= 64 && text.chars().all(plain)
        };
        if !word(&self.id) || !self.products.keys().all(|product| word(product)) {
            return Err("ids are 1 to 64 small letters, digits and hyphens".to_owned());
        }
        let products = self.products.into_iter();
        let products =
            products.map(|(product, row)| row.read(&product).map_err(|problem| format!("{product}: {problem}")));
        let plan = Plan {
            family: self.family.unwrap_or_else(|| self.id.clone()),
            key: PlanKey {
                id: self.id,
                version: self.version,
            },
            name: self.name,
            currency,
            interval: self.interval,
            trial_days: self.trial_days,
            one_time_fee: self.one_time_fee,
            products: products.collect::<Result<_, _>>()?,
        };
        match problem(&plan) {
            None => Ok(plan),
            Some(problem) => Err(problem.to_owned()),
        }
    }
}

impl Product {
    fn read(self, product: &str) -> Result<PlanProduct, String> {
        let price = match (self.price, self.tiered, self.volume) {
            (None, None, None) => Price::Flat(0),
            (Some(price), None, None) => Price::Flat(price),
            (None, Some(tiers), None) => Price::Tiered(tiers),
            (None, None, Some(tiers)) => Price::Volume(tiers),
            _ => return Err("a price is one of price, tiered and volume".to_owned()),
        };
        if let Some(problem) = price.problem() {
            return Err(problem.to_owned());
        }
        let ascend = [0, self.minimum, self.seats, self.maximum].is_sorted();
        if !ascend || self.maximum == 0 || !(0..=self.maximum).contains(&self.included) {
            return Err("0 <= minimum <= seats <= maximum and 0 <= included <= maximum".to_owned());
        }
        Ok(PlanProduct {
            product: product.to_owned(),
            seats: self.seats,
            included: self.included,
            minimum: self.minimum,
            maximum: self.maximum,
            price,
        })
    }
}

fn problem(plan: &Plan) -> Option<&'static str> {
    let costs = |row: &PlanProduct| row.price != Price::Flat(0);
    let most = || -> Option<i64> {
        let amounts = plan.products.iter().map(|row| row.amount(row.maximum).ok());
        amounts
            .into_iter()
            .try_fold(plan.one_time_fee, |sum, amount| sum.checked_add(amount?))
    };
    let is_free = plan.one_time_fee == 0 && !plan.products.iter().any(costs);
    match (plan.interval, plan.trial_days) {
        _ if plan.key.version < 1 => Some("a version is 1 or more"),
        _ if plan.name.trim().is_empty() => Some("the name is missing"),
        _ if plan.products.is_empty() => Some("there are no products"),
        _ if plan.one_time_fee < 0 => Some("a fee is not negative"),
        (_, Some(days)) if !(1..=MAX_TRIAL_DAYS).contains(&days) => Some("a trial has 1 to 366 days"),
        (None, None) => Some("a plan without an interval is a trial and has trial_days"),
        (None, Some(_)) if !is_free => Some("a plan without an interval is free"),
        (Some(_), _) if is_free => Some("a plan with an interval costs something"),
        // Half of what fits: a change credits one plan and charges another.
        _ if most().is_none_or(|amount| amount > i64::MAX / 2) => Some("all its seats cost more than can be counted"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_plans_give_seats_of_every_product_for_money_or_for_a_time() {
        let catalogue = Catalogue::read(BUILT_IN).unwrap();
        let ids: Vec<_> = catalogue.on_sale().map(|plan| plan.key.id.as_str()).collect();
        let expected = [
            "enterprise-yearly",
            "starter-monthly",
            "team-monthly",
            "team-yearly",
            "trial",
        ];
        assert_eq!(ids, expected);
        for plan in catalogue.on_sale() {
            let products: Vec<_> = plan.products.iter().map(|row| row.product.as_str()).collect();
            assert_eq!(products, ["meeting", "phone", "training", "webinar"], "{ids:?}");
            assert_eq!(plan.interval.is_none(), plan.trial_days.is_some());
            assert!(plan.products.iter().all(|row| row.seats > 0));
        }
    }

    #[test]
    fn a_year_of_the_team_plan_costs_ten_months_of_it() {
        let catalogue = Catalogue::read(BUILT_IN).unwrap();
        let year = catalogue.plan("team-yearly").unwrap();
        for row in &catalogue.plan("team-monthly").unwrap().products {
            assert_eq!(year.product(&row.product).unwrap().amount(7), row.amount(70));
        }
    }

    const PLAN: &str = r#"
        [[plans]]
        id = "team"
        version = 1
        name = "Team"
        currency = "EUR"
        interval = "month"
        [plans.products]
        training = { seats = 5, price = 100 }
    "#;

    #[test]
    fn the_highest_version_is_on_sale_and_the_others_stay() {
        let text = format!(
            "{PLAN}\n{}",
            PLAN.replace("version = 1", "version = 2").replace("100", "120")
        );
        let catalogue = Catalogue::read(&text).unwrap();
        assert_eq!(catalogue.plan("team").unwrap().key.version, 2);
        let sold = catalogue.plan("team").unwrap().key.clone();
        let former = PlanKey { version: 1, ..sold };
        assert_eq!(
            catalogue.sold(&former).unwrap().product("training").unwrap().amount(1),
            Ok(100)
        );
        assert_eq!(catalogue.on_sale().count(), 1);
    }

    #[test]
    fn a_price_list_that_makes_no_sense_is_refused() {
        let bad = [
            ("version = 1", "version = 0", "a version is 1 or more"),
            ("\"Team\"", "\" \"", "the name is missing"),
            ("\"team\"", "\"Team\"", "ids are"),
            ("\"EUR\"", "\"euro\"", "a currency is three capital letters"),
            ("interval = \"month\"", "", "has trial_days"),
            ("interval = \"month\"", "trial_days = 5", "is free"),
            ("interval = \"month\"", "interval = \"week\"", "unknown variant"),
            ("interval", "trial_days = 0\ninterval", "1 to 366 days"),
            ("price = 100", "price = 0", "costs something"),
            ("price = 100", "price = 10.5", "invalid type: floating point"),
            ("price = 100", "price = \"100\"", "invalid type: string"),
            ("price = 100", "price = -1", "not negative"),
            (
                "price = 100",
                "price = 1, tiered = [{ price = 1 }]",
                "one of price, tiered and volume",
            ),
            (
                "price = 100",
                "volume = [{ up_to = 5, price = 1 }]",
                "every tier but the last",
            ),
            (
                "price = 100",
                "price = 9_000_000_000_000_000",
                "more than can be counted",
            ),
            ("seats = 5", "seats = 5, maximum = 4", "minimum <= seats <= maximum"),
            ("seats = 5", "seats = 5, minimum = 6", "minimum <= seats <= maximum"),
            ("seats = 5", "seats = -1", "minimum <= seats <= maximum"),
            ("seats = 5", "seats = 5, included = -1", "included <= maximum"),
            ("seats = 5", "seats = 5, colour = 1", "unknown field"),
            ("interval", "one_time_fee = -1\ninterval", "a fee is not negative"),
            ("training = { seats = 5, price = 100 }", "", "there are no products"),
        ];
        for (from, to, problem) in bad {
            let error = Catalogue::read(&PLAN.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(problem), "{to}: {error}");
        }
        let twice = Catalogue::read(&format!("{PLAN}{PLAN}")).unwrap_err();
        assert!(twice.to_string().contains("is there twice"), "{twice}");
        assert_eq!(Catalogue::read("").unwrap_err(), CatalogueError::Empty);
    }
}
