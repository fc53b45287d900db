//! Changes that licensing has to agree to first: written down before it is asked, made when it has agreed.

use serde::{Deserialize, Serialize};
use types::InvoiceId;

use super::{Quote, SeatTotals, Subscription};

/// A change that is under way. Its maker may die at any point: whoever finds it asks licensing the same again, which bears
/// repetition, and makes the change or gives it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// The version under which licensing is asked: one above the subscription's.
    pub(crate) version: i64,
    /// What licensing is asked to agree to.
    pub(crate) totals: SeatTotals,
    /// Whether it is to refuse totals below what is held.
    pub(crate) refuse_in_use: bool,
    /// What is to be made.
    pub(crate) change: Change,
}

/// A change that is decided, with everything that is written when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// The version of the subscription that it was decided by.
    pub(crate) from: i64,
    /// The subscription after it.
    pub(crate) next: Subscription,
    /// What is charged or given back for it now.
    pub(crate) quote: Option<Quote>,
    /// The request that asked for it, and the fingerprint of its content.
    pub(crate) request_id: String,
    pub(crate) fingerprint: String,
    /// The audit record, as the outbox carries it.
    pub(crate) event: serde_json::Value,
}

/// What a request to change is answered, now and whenever it is repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// The invoice or credit note that was issued for it.
    pub(crate) invoice_id: Option<InvoiceId>,
}

/// How many seats too many are held of one product, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surplus {
    pub(crate) product: String,
    pub(crate) count: i64,
    /// Those who would lose their seats, in the order in which they would; the first 1,000.
    pub(crate) subjects: Vec<String>,
}
