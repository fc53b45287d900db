//! What licensing is told of a subscription.

use storage::{Message, TraceParent};

use super::SET_SEAT_TOTALS;
use crate::domain::{Calendar, Subscription};

/// The message about the seats that a subscription gives.
pub(super) fn message(subscription: &Subscription, calendar: &Calendar) -> Message {
    let totals = subscription.seat_totals(calendar);
    Message {
        topic: SET_SEAT_TOTALS.to_owned(),
        key: format!("{}/{}", totals.account_id, totals.version),
        payload: serde_json::json!(totals),
        trace: TraceParent::current(),
    }
}
