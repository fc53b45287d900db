//! What an account can subscribe to.

use types::Money;

/// A plan: which products it gives seats of, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Such as `team-monthly`.
    pub(crate) id: &'static str,
    /// The name people know it by.
    pub(crate) name: &'static str,
    /// How often it is paid; a trial is not.
    pub(crate) interval: Option<Interval>,
    /// How many days a trial lasts.
    pub(crate) trial_days: Option<u32>,
    /// In alphabetical order.
    pub(crate) products: Vec<PlanProduct>,
}

/// One product of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanProduct {
    /// Such as `training`.
    pub(crate) product: &'static str,
    /// How many seats a new subscription begins with.
    pub(crate) seats: i64,
    /// What one seat costs for one interval.
    pub(crate) seat_price: Money,
}

/// How often a plan is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interval {
    Month,
    Year,
}
