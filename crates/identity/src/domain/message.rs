//! What other services are told through the outbox. Nothing secret is in it: a link is derived when it is delivered.

use serde::{Deserialize, Serialize};
use types::{AccountId, InvitationId, Timestamp, UserId};

use super::account::Account;
use super::invitation::Kind;
use super::sign_up::SignUp;
use super::token::OneTime;
use super::user::User;
use super::welcome_email::WelcomeEmailVersion;

/// Licensing: a [`super::admission::Confirmation`].
pub const CONFIRM_RESERVATION: &str = "licensing.confirm_reservation";
/// Licensing: the [`super::admission::ReservationKey`] of an attempt that was aborted.
pub const ABORT_RESERVATION: &str = "licensing.abort_reservation";
/// Licensing: a [`ReleaseSeats`].
pub const RELEASE_SEATS: &str = "licensing.release_seats";
/// Licensing: a [`MoveSeats`].
pub const MOVE_SEATS: &str = "licensing.move_seats";
/// Notification: an [`InvitationMail`].
pub const INVITATION_MAIL: &str = "notification.invitation_mail";
/// Notification: a [`CancelMail`].
pub const CANCEL_MAIL: &str = "notification.cancel_mail";
/// Notification: a [`Notice`].
pub const NOTICE: &str = "notification.notice";
/// Notification: a [`super::billing_mail::BillingMail`].
pub const BILLING_MAIL: &str = "notification.billing_mail";
/// Billing: a [`StartSubscription`].
pub const START_SUBSCRIPTION: &str = "billing.start_subscription";
/// Billing: an [`EndSubscription`].
pub const END_SUBSCRIPTION: &str = "billing.end_subscription";

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
    /// The account's own words; none for the system's.
    #[serde(default)]
    pub welcome_email: Option<WelcomeEmailVersion>,
}

/// The end of what an e-mail about an invitation is for. Expiry is none: the e-mail knows when its link ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelMail {
    /// The account that invited.
    pub account_id: AccountId,
    /// The invitation.
    pub invitation_id: InvitationId,
    /// Which of its links the e-mail carries.
    pub generation: u32,
}

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeKind {
    /// To somebody new: the link that makes their account.
    SignUp,
    /// To a user: somebody has signed up with their address.
    SignUpKnown,
    /// To a user: the link to a new password.
    PasswordReset,
    /// To a user: their password was changed.
    PasswordChanged,
    /// To an admin: somebody, who is named, has moved into the account.
    TransferJoined,
    /// To an admin: somebody, who is named, has left for another account, which is not.
    TransferLeft,
    /// To an admin: somebody, who is named, has declined to move into the account.
    TransferDeclined,
    /// To a user: the invitation to move into the account was declined, and they stay.
    TransferStayed,
    /// To a user: the billing contact, who is named, offers them the post.
    BillingContactOffered,
    /// To the old and the new billing contact: the new one, who is named, has taken the post.
    BillingContactChanged,
    /// To the last user: the account was closed.
    AccountClosed,
}

impl NoticeKind {
    /// The kind's name.
    pub const fn as_str(self) -> &'static str {
        match self {
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
        }
    }
}

/// An e-mail that is not about an invitation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// The same for every repetition of the same notice, and for nothing else.
    pub send_key: String,
    /// The account it is sent for; none for a sign-up.
    pub account_id: Option<AccountId>,
    /// What it tells.
    pub kind: NoticeKind,
    /// The address, as it was typed.
    pub to: String,
    /// The reader's given name.
    pub given_name: String,
    /// The reader's family name.
    pub family_name: String,
    /// The reader's language.
    pub language: String,
    /// The name of the account it is about: for admins, their own.
    pub account_name: String,
    /// The name of the other person it is about; may be empty where the kind names nobody.
    pub person_name: String,
    /// What its link is for; the link itself is derived when the notice is delivered.
    pub link: Option<OneTime>,
    /// When the link stops working.
    pub expire_time: Option<Timestamp>,
}

impl Notice {
    /// The link of a sign-up, to an address that is not known yet.
    pub fn of_sign_up(sign_up: &SignUp, send_key: String) -> Self {
        let wish = &sign_up.wish;
        Self {
            send_key,
            account_id: None,
            kind: NoticeKind::SignUp,
            to: wish.email.address().to_owned(),
            given_name: wish.given_name.to_string(),
            family_name: wish.family_name.to_string(),
            language: wish.language.to_string(),
            account_name: wish.account_name.to_string(),
            person_name: String::new(),
            link: Some(OneTime::SignUp(sign_up.id)),
            expire_time: Some(sign_up.expire_time),
        }
    }

    /// A notice without a link to a user of `account` about another person. Of each `occasion` (the id of an invitation, a
    /// request, an event) a reader gets one notice of a kind.
    pub fn to_user(
        kind: NoticeKind,
        account: &Account,
        reader: &User,
        person_name: impl Into<String>,
        occasion: impl std::fmt::Display,
    ) -> Self {
        Self {
            send_key: format!("{}:{occasion}:{}", kind.as_str(), reader.id),
            account_id: Some(account.id),
            kind,
            to: reader.address.clone(),
            given_name: reader.given_name.clone(),
            family_name: reader.family_name.clone(),
            language: reader.language.clone(),
            account_name: account.name.clone(),
            person_name: person_name.into(),
            link: None,
            expire_time: None,
        }
    }
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

/// Somebody hands all seats on to another of the same account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveSeats {
    /// The account whose seats they are.
    pub account_id: AccountId,
    /// Who held them: the invitation by which somebody has moved.
    pub from: InvitationId,
    /// One more than the version of what it held.
    pub from_version: i64,
    /// Who holds them now: the user.
    pub to: UserId,
    /// The version of that.
    pub to_version: i64,
}

/// A subscription for a new account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartSubscription {
    /// The account.
    pub account_id: AccountId,
    /// The plan.
    pub plan: String,
    /// The zone whose days the account is billed by; orders from before there was one are billed by UTC.
    #[serde(default)]
    pub time_zone: String,
}

/// The end of a closed account's subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndSubscription {
    /// The account.
    pub account_id: AccountId,
}
