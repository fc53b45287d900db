//! What other services are told through the outbox. Nothing secret is in it: a link is derived when it is delivered.

use serde::{Deserialize, Serialize};
use types::{AccountId, InvitationId, Timestamp};

use super::invitation::Kind;

/// Licensing: a [`super::admission::Confirmation`].
pub const CONFIRM_RESERVATION: &str = "licensing.confirm_reservation";
/// Licensing: the [`super::admission::ReservationKey`] of an attempt that was aborted.
pub const ABORT_RESERVATION: &str = "licensing.abort_reservation";
/// Licensing: a [`ReleaseSeats`].
pub const RELEASE_SEATS: &str = "licensing.release_seats";
/// Notification: an [`InvitationMail`].
pub const INVITATION_MAIL: &str = "notification.invitation_mail";
/// Billing: a [`StartSubscription`].
pub const START_SUBSCRIPTION: &str = "billing.start_subscription";

/// An e-mail about an invitation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InvitationMail {
    /// The account that invites.
    pub account_id: AccountId,
    /// The invitation.
    pub invitation_id: InvitationId,
    /// Which of its links.
    pub generation: u32,
    /// What accepting does.
    pub kind: Kind,
    /// The address, as it was typed.
    pub to: String,
    /// The reader's given name.
    pub given_name: String,
    /// The reader's family name.
    pub family_name: String,
    /// The reader's language.
    pub language: String,
    /// The inviting account's name.
    pub account_name: String,
    /// Who invited.
    pub inviter_name: String,
    /// The products granted.
    pub products: Vec<String>,
    /// When the link stops working.
    pub expire_time: Timestamp,
}

/// Somebody gives up seats, all or some.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseSeats {
    /// The account whose seats they are.
    pub account_id: AccountId,
    /// Who held them: a user, or the invitation of one who has not moved.
    pub subject: String,
    /// One more than the version of what they held.
    pub version: i64,
    /// The products that remain, sorted; none where all seats are given up.
    #[serde(default)]
    pub products: Vec<String>,
}

/// A subscription for a new account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartSubscription {
    /// The account.
    pub account_id: AccountId,
    /// The plan.
    pub plan: String,
}
