//! What an account's billing contact is to know, as one service hands it to another.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Money};

/// Something that an account's billing contact is told by e-mail. It holds no secrets: it waits in outboxes in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingNotice {
    /// The same for every repetition of the same notice, and for nothing else; 1 to 128 octets.
    pub id: String,
    /// Whose billing contact.
    pub account_id: AccountId,
    /// What it tells.
    pub kind: BillingNoticeKind,
    /// The number of the invoice or credit note it is about.
    pub invoice_number: Option<i64>,
    /// What is to be paid, or was given back; none where that is nothing.
    pub amount: Option<Money>,
    /// The day it is about, in the account's time zone.
    pub date: Option<Date>,
    /// The seats it is about.
    pub seats: Vec<SeatCount>,
    /// An address that gets the same, besides the billing contact's own.
    pub copy_to: Option<String>,
}

/// How many seats of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatCount {
    /// The product's id.
    pub product: String,
    /// How many there are, or where too many are held: how many are.
    pub present: i64,
    /// How many there will be, or where too many are held: how many there are.
    pub seats: i64,
}

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingNoticeKind {
    /// An invoice was issued; the amount is what is left to pay.
    InvoiceIssued,
    /// A credit note was issued; the amount is what was added to the balance.
    CreditNoteIssued,
    /// A payment has failed or is late; it is asked for again on the day, or never.
    PaymentFailed,
    /// Payment was asked for in vain; what is held stays held until the day.
    SubscriptionGrace,
    /// The subscription was cancelled; what is held stays held until the day.
    SubscriptionCancelled,
    /// The subscription has ended.
    SubscriptionEnded,
    /// The trial is over on the day; the amount is that of the first invoice, or none where it does not go on.
    TrialEnding,
    /// There will be fewer seats from the day on.
    SeatsDecreasing,
    /// More seats are held than there are.
    SeatsOverLimit,
}

impl BillingNotice {
    /// The topic of outbox messages whose payload is a notice and whose key its id.
    pub const TOPIC: &'static str = "identity.notify_billing_contact";

    /// A notice that has nothing to say but its kind, to be filled in.
    #[must_use]
    pub fn new(id: impl Into<String>, account_id: AccountId, kind: BillingNoticeKind) -> Self {
        Self {
            id: id.into(),
            account_id,
            kind,
            invoice_number: None,
            amount: None,
            date: None,
            seats: vec![],
            copy_to: None,
        }
    }
}
