//! Holders: users and invitations, and the seats they hold.

use std::collections::BTreeSet;
use std::fmt;

use types::{AccountId, InvitationId, UserId};

use super::bad_input::BadInput;

/// Who can hold seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The invitation to transfer of somebody who has not moved yet.
    Invitation(InvitationId),
    /// A user of the account.
    User(UserId),
}

impl Subject {
    /// Reads an id of either kind.
    ///
    /// # Errors
    /// Names the field `subject`.
    pub fn read(text: &str) -> Result<Self, BadInput> {
        let user = text.parse().map(Self::User);
        user.or_else(|_| text.parse().map(Self::Invitation))
            .map_err(|_| BadInput::new("subject", "a user's or an invitation's id is expected"))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invitation(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
        }
    }
}

/// Which holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HolderKey {
    /// Whose seats they are.
    pub account: AccountId,
    /// Who holds them.
    pub subject: Subject,
}

/// What a subject holds: one seat of each product. Without any it is a tombstone, which keeps older versions out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The change that made it so; the highest wins, in whatever order they come. 0 is before any.
    pub version: i64,
    /// The products.
    pub products: BTreeSet<String>,
}

impl Holding {
    /// Reads what a subject holds as of `version`.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read(version: i64, products: Vec<String>) -> Result<Self, BadInput> {
        if version < 1 {
            return Err(BadInput::new("version", "a number from 1 is expected"));
        }
        let count = products.len();
        let products: BTreeSet<_> = products.into_iter().collect();
        if products.len() != count || products.contains("") {
            return Err(BadInput::new("products", "each product may stand once"));
        }
        Ok(Self { version, products })
    }
}

/// A subject with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub subject: Subject,
    /// What.
    pub holding: Holding,
}

impl Holder {
    /// Reads the parts.
    ///
    /// # Errors
    /// Names the bad one.
    pub fn read(subject: &str, version: i64, products: Vec<String>) -> Result<Self, BadInput> {
        Ok(Self {
            subject: Subject::read(subject)?,
            holding: Holding::read(version, products)?,
        })
    }
}
