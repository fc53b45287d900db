//! The use cases, one a file: the only place that decides.

mod advance;
mod advance_test_clock;
mod billing_information;
mod cancel_subscription;
mod carry_out;
mod change_subscription;
mod check_catalogue;
mod correct_invoice;
mod dun;
mod end_subscription;
mod forget_requests;
mod get_subscription;
mod invoices;
mod list_plans;
mod mark_invoice_paid;
mod preview_change;
mod preview_token;
mod receive_payment_event;
mod render_invoice;
mod resume_subscription;
mod settle_intents;
mod settle_payment;
mod standing;
mod start_subscription;
mod totals;
mod write;

use std::sync::Arc;

use storage::{Database, RelayWaker};
use types::{Clock, RequestId};

use crate::clients::{Licensing, PaymentProvider};
use crate::config::{ChangeConfig, CycleConfig};
use crate::domain::{Catalogue, EventSeal};

pub(crate) use billing_information::InformationUpdate;
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
    pub(crate) payments: Arc<dyn PaymentProvider>,
    /// What the provider's events are believed by; without it there are none.
    pub(crate) payment_events: Option<EventSeal>,
}

/// The name of a request that changes something, and SHA-256 over its content.
#[derive(Clone, Debug)]
pub(crate) struct RequestKey {
    pub(crate) id: RequestId,
    pub(crate) fingerprint: String,
}
