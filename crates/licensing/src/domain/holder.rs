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
    /// The products of which it holds a seat.
    pub products: BTreeSet<String>,
    /// The products that are its own as of this version, but whose seats an older change brings that has not come yet.
    pub awaited: BTreeSet<String>,
}

/// A change of what a subject holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// Its place in the order of the subject's changes.
    pub version: i64,
    /// All products that are the subject's own from then on.
    pub products: BTreeSet<String>,
    /// Those of them whose seats come with this change, out of a reservation; the others were there before it.
    pub brought: BTreeSet<String>,
}

impl Holding {
    /// What a subject holds after a change, in whatever order changes come; none when nothing is different.
    ///
    /// It takes a seat only when the change brings it, so that no order makes more seats held than were reserved. When all
    /// changes have come, it holds what the highest version says.
    #[must_use]
    pub fn after(&self, change: &Entitlement) -> Option<Self> {
        if change.version > self.version {
            let held: BTreeSet<_> = self.products.union(&change.brought).cloned().collect();
            let products: BTreeSet<_> = held.intersection(&change.products).cloned().collect();
            let awaited = change.products.difference(&products).cloned().collect();
            return Some(Self {
                version: change.version,
                products,
                awaited,
            });
        }
        let (arrived, awaited): (BTreeSet<_>, BTreeSet<_>) = self
            .awaited
            .iter()
            .cloned()
            .partition(|product| change.brought.contains(product));
        (!arrived.is_empty()).then(|| Self {
            version: self.version,
            products: self.products.union(&arrived).cloned().collect(),
            awaited,
        })
    }
}

impl Entitlement {
    /// Reads a change after which a subject has `products`; it brings the seats of all but those `kept`.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read(version: i64, products: Vec<String>, kept: Vec<String>) -> Result<Self, BadInput> {
        if version < 1 {
            return Err(BadInput::new("version", "a number from 1 is expected"));
        }
        let products = read_products("products", products)?;
        let kept = read_products("kept", kept)?;
        if !kept.is_subset(&products) {
            return Err(BadInput::new("kept", "only what is among the products can be kept"));
        }
        Ok(Self {
            version,
            brought: products.difference(&kept).cloned().collect(),
            products,
        })
    }

    /// Reads a change that brings nothing: `products` are what is left.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read_release(version: i64, products: Vec<String>) -> Result<Self, BadInput> {
        Self::read(version, products.clone(), products)
    }
}

fn read_products(field: &'static str, list: Vec<String>) -> Result<BTreeSet<String>, BadInput> {
    let count = list.len();
    let products: BTreeSet<_> = list.into_iter().collect();
    if products.len() == count && !products.contains("") {
        Ok(products)
    } else {
        Err(BadInput::new(field, "each product may stand once"))
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
