//! The use cases, one a file: the only place that decides.

mod advance;
mod cancel_subscription;
mod carry_out;
mod change_subscription;
mod check_catalogue;
mod end_subscription;
mod forget_requests;
mod get_subscription;
mod list_plans;
mod preview_change;
mod preview_token;
mod resume_subscription;
mod settle_intents;
mod standing;
mod start_subscription;
mod totals;
mod write;

use std::sync::Arc;

use storage::{Database, RelayWaker};
use types::{Clock, RequestId};

use crate::clients::Licensing;
use crate::config::{ChangeConfig, CycleConfig};
use crate::domain::Catalogue;

pub(crate) use preview_change::Preview;
pub(crate) use preview_token::PreviewSeal;
pub(crate) use standing::Standing;

/// The topic of messages that tell licensing how many seats an account has; their payload is [`crate::domain::SeatTotals`].
pub(crate) const SET_SEAT_TOTALS: &str = "licensing.set_seat_totals";

/// What the use cases work with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) relay: RelayWaker,
    pub(crate) licensing: Licensing,
    pub(crate) previews: PreviewSeal,
    pub(crate) changes: ChangeConfig,
    pub(crate) cycle: CycleConfig,
}

/// The name of a request that changes something, and SHA-256 over its content.
#[derive(Clone, Debug)]
pub(crate) struct RequestKey {
    pub(crate) id: RequestId,
    pub(crate) fingerprint: String,
}
