//! What an account can subscribe to.

use serde::{Deserialize, Serialize};
use types::{Currency, Money, MoneyError};

use super::Price;

/// A plan: which products it gives seats of, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Which plan, in which version.
    pub(crate) key: PlanKey,
    /// Plans of one family differ in how often they are paid.
    pub(crate) family: String,
    /// The name people know it by.
    pub(crate) name: String,
    /// The currency of every amount.
    pub(crate) currency: Currency,
    /// How often it is paid; a plan that is only a trial is not.
    pub(crate) interval: Option<Interval>,
    /// How many days it is free for a new account.
    pub(crate) trial_days: Option<u32>,
    /// What entering the plan costs once, in minor units.
    pub(crate) one_time_fee: i64,
    /// In alphabetical order.
    pub(crate) products: Vec<PlanProduct>,
}

/// What is sold: a plan does not change, it gets a new version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct PlanKey {
    /// Such as `team-monthly`.
    pub(crate) id: String,
    /// 1 or more; the highest is on sale.
    pub(crate) version: i64,
}

/// One product of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanProduct {
    /// Such as `training`.
    pub(crate) product: String,
    /// How many seats a new subscription begins with.
    pub(crate) seats: i64,
    /// How many cost nothing.
    pub(crate) included: i64,
    /// The fewest that can be had, and the most.
    pub(crate) minimum: i64,
    pub(crate) maximum: i64,
    /// What the others cost for one interval.
    pub(crate) price: Price,
}

/// How often a plan is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Interval {
    Month,
    Year,
}

impl Plan {
    /// The product of this name.
    pub(crate) fn product(&self, product: &str) -> Option<&PlanProduct> {
        self.products.iter().find(|row| row.product == product)
    }

    /// What `seats` seats of a product cost for a whole interval; nothing when the plan does not have it.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the amount does not fit.
    pub(crate) fn amount(&self, product: &str, seats: i64) -> Result<Money, MoneyError> {
        let minor_units = self.product(product).map_or(Ok(0), |row| row.amount(seats))?;
        Ok(self.money(minor_units))
    }

    /// An amount in the plan's currency.
    pub(crate) const fn money(&self, minor_units: i64) -> Money {
        Money {
            minor_units,
            currency: self.currency,
        }
    }
}

impl PlanProduct {
    /// What `seats` seats cost for a whole interval, in minor units of the plan's currency.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the amount does not fit.
    pub(crate) fn amount(&self, seats: i64) -> Result<i64, MoneyError> {
        self.price.amount((seats - self.included).max(0))
    }
}

impl Interval {
    /// How many months it has.
    pub(crate) const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}
