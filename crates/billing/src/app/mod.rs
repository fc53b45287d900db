//! The use cases, one a file: the only place that decides.

mod end_subscription;
mod get_subscription;
mod list_plans;
mod start_subscription;
mod totals;

use std::sync::Arc;

use storage::{Database, RelayWaker};
use types::Clock;

use crate::domain::Catalogue;

/// The topic of messages that tell licensing how many seats an account has; their payload is [`crate::domain::SeatTotals`].
pub(crate) const SET_SEAT_TOTALS: &str = "licensing.set_seat_totals";

/// What the use cases work with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) relay: RelayWaker,
}
