//! By what a mail is cancelled.

use serde::Serialize;
use types::AccountId;

/// The key that a mail was, or will be, ordered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MailKey {
    /// The account it is sent for.
    pub(crate) account_id: AccountId,
    /// Its send key.
    pub(crate) send_key: String,
}
