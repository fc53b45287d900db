//! What is true of plans and subscriptions, without any I/O.

mod catalogue;
mod plan;
mod subscription;

pub(crate) use catalogue::Catalogue;
pub(crate) use plan::{Interval, Plan, PlanProduct};
pub(crate) use subscription::{SeatTotals, State, Subscription};
