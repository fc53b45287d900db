//! A mail in the queue.

use types::{Email, MailId, Timestamp};

use super::bill::BillNeeds;
use super::content::Content;
use super::link::Link;
use super::wording::WordingKey;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Welcome to an account.
    Welcome,
    /// An invitation to transfer.
    Transfer,
    /// The link of a sign-up.
    SignUp,
    /// A sign-up with the address of a user.
    SignUpKnown,
    /// The link to a new password.
    PasswordReset,
    /// A password was changed.
    PasswordChanged,
    /// Somebody has moved into the account.
    TransferJoined,
    /// Somebody has left the account for another one.
    TransferLeft,
    /// Somebody has declined to move into the account.
    TransferDeclined,
    /// The same, told to them.
    TransferStayed,
    /// The billing contact's post is offered.
    BillingContactOffered,
    /// The billing contact's post has changed hands.
    BillingContactChanged,
    /// The account was closed.
    AccountClosed,
    /// An invoice was issued.
    InvoiceIssued,
    /// A credit note was issued.
    CreditNoteIssued,
    /// A payment has failed or is late.
    PaymentFailed,
    /// Payment was asked for in vain.
    SubscriptionGrace,
    /// The subscription was cancelled.
    SubscriptionCancelled,
    /// The subscription has ended.
    SubscriptionEnded,
    /// The trial is about to end.
    TrialEnding,
    /// There will be fewer seats.
    SeatsDecreasing,
    /// More seats are held than there are.
    SeatsOverLimit,
}

/// What a mail of some kind must hold; account, invitation, link and bill it must not hold otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The account it is sent for.
    pub(crate) account: bool,
    /// The invitation it is about.
    pub(crate) invitation: bool,
    /// A link, and when it stops working.
    pub(crate) link: bool,
    /// The other person's name.
    pub(crate) person: bool,
    /// What it tells about bills and seats.
    pub(crate) bill: Option<BillNeeds>,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 22] = [
        Self::Welcome,
        Self::Transfer,
        Self::SignUp,
        Self::SignUpKnown,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::TransferJoined,
        Self::TransferLeft,
        Self::TransferDeclined,
        Self::TransferStayed,
        Self::BillingContactOffered,
        Self::BillingContactChanged,
        Self::AccountClosed,
        Self::InvoiceIssued,
        Self::CreditNoteIssued,
        Self::PaymentFailed,
        Self::SubscriptionGrace,
        Self::SubscriptionCancelled,
        Self::SubscriptionEnded,
        Self::TrialEnding,
        Self::SeatsDecreasing,
        Self::SeatsOverLimit,
    ];

    /// What a mail of this kind must hold.
    pub(crate) const fn needs(self) -> Needs {
        let (account, invitation, link, person) = match self {
            Self::Welcome | Self::Transfer => (true, true, true, false),
            Self::SignUp => (false, false, true, false),
            Self::SignUpKnown => (false, false, false, false),
            Self::PasswordReset => (true, false, true, false),
            Self::PasswordChanged
            | Self::TransferStayed
            | Self::AccountClosed
            | Self::InvoiceIssued
            | Self::CreditNoteIssued
            | Self::PaymentFailed
            | Self::SubscriptionGrace
            | Self::SubscriptionCancelled
            | Self::SubscriptionEnded
            | Self::TrialEnding
            | Self::SeatsDecreasing
            | Self::SeatsOverLimit => (true, false, false, false),
            Self::TransferJoined
            | Self::TransferLeft
            | Self::TransferDeclined
            | Self::BillingContactOffered
            | Self::BillingContactChanged => (true, false, false, true),
        };
        Needs {
            account,
            invitation,
            link,
            person,
            bill: self.bill_needs(),
        }
    }

    const fn bill_needs(self) -> Option<BillNeeds> {
        let (invoice, amount, date, seats) = match self {
            Self::InvoiceIssued | Self::CreditNoteIssued => (true, false, false, false),
            Self::PaymentFailed => (true, true, false, false),
            Self::SubscriptionGrace | Self::SubscriptionCancelled | Self::TrialEnding => (false, false, true, false),
            Self::SubscriptionEnded => (false, false, false, false),
            Self::SeatsDecreasing => (false, false, true, true),
            Self::SeatsOverLimit => (false, false, false, true),
            Self::Welcome
            | Self::Transfer
            | Self::SignUp
            | Self::SignUpKnown
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::TransferJoined
            | Self::TransferLeft
            | Self::TransferDeclined
            | Self::TransferStayed
            | Self::BillingContactOffered
            | Self::BillingContactChanged
            | Self::AccountClosed => return None,
        };
        Some(BillNeeds {
            invoice,
            amount,
            date,
            seats,
        })
    }

    /// The kind's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Welcome => "WELCOME",
            Self::Transfer => "TRANSFER",
            Self::SignUp => "SIGN_UP",
            Self::SignUpKnown => "SIGN_UP_KNOWN",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::TransferJoined => "TRANSFER_JOINED",
            Self::TransferLeft => "TRANSFER_LEFT",
            Self::TransferDeclined => "TRANSFER_DECLINED",
            Self::TransferStayed => "TRANSFER_STAYED",
            Self::BillingContactOffered => "BILLING_CONTACT_OFFERED",
            Self::BillingContactChanged => "BILLING_CONTACT_CHANGED",
            Self::AccountClosed => "ACCOUNT_CLOSED",
            Self::InvoiceIssued => "INVOICE_ISSUED",
            Self::CreditNoteIssued => "CREDIT_NOTE_ISSUED",
            Self::PaymentFailed => "PAYMENT_FAILED",
            Self::SubscriptionGrace => "SUBSCRIPTION_GRACE",
            Self::SubscriptionCancelled => "SUBSCRIPTION_CANCELLED",
            Self::SubscriptionEnded => "SUBSCRIPTION_ENDED",
            Self::TrialEnding => "TRIAL_ENDING",
            Self::SeatsDecreasing => "SEATS_DECREASING",
            Self::SeatsOverLimit => "SEATS_OVER_LIMIT",
        }
    }

    /// The kind of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A mail that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Which.
    pub(crate) id: MailId,
    /// What it is about.
    pub(crate) kind: Kind,
    /// Where it goes.
    pub(crate) to: Email,
    /// The reader's language.
    pub(crate) language: String,
    /// What it tells.
    pub(crate) content: Content,
    /// The link it carries, if it carries one.
    pub(crate) link: Option<Link>,
    /// The account's own words for it; none for the system's.
    pub(crate) wording: Option<WordingKey>,
    /// The `Message-ID` header.
    pub(crate) message_id: String,
    /// When it was queued.
    pub(crate) create_time: Timestamp,
}

/// The `Message-ID` of a mail: derived once, so that every attempt carries the same (RFC 5322 §3.6.4).
pub(crate) fn message_id(id: MailId, domain: &str) -> String {
    format!("<{id}@{domain}>")
}
