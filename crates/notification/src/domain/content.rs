//! What a mail tells its reader, apart from the link.

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::bill::Bill;

/// What the templates are filled with; kept as JSON in the mail's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// The reader's given name; may be empty.
    pub(crate) given_name: String,
    /// The reader's family name; may be empty.
    pub(crate) family_name: String,
    /// The name of the account it is about.
    pub(crate) account_name: String,
    /// The name of the other person it is about; may be empty.
    #[serde(alias = "inviter_name")]
    pub(crate) person_name: String,
    /// When the link stops working, if there is one.
    pub(crate) expire_time: Option<Timestamp>,
    /// The products granted.
    pub(crate) products: Vec<GrantedProduct>,
    /// What it tells about bills and seats.
    #[serde(default)]
    pub(crate) bill: Bill,
}

/// A product the reader is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantedProduct {
    /// The name people know it by.
    pub(crate) name: String,
    /// Where its getting-started guide is; may be empty.
    pub(crate) guide_url: String,
}

impl Content {
    /// The reader's name as it stands before their address.
    pub(crate) fn reader_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}
