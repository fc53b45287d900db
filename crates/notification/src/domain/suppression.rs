//! Addresses that take no mail.

use serde::Serialize;
use types::{MailId, Timestamp};

/// An address that takes no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Suppression {
    /// Canonical.
    pub(crate) address: String,
    /// Why, in the mail server's words.
    pub(crate) reason: String,
    /// The mail that has shown it.
    pub(crate) mail_id: MailId,
    /// Since when.
    pub(crate) create_time: Timestamp,
}
