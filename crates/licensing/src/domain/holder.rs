//! Holders: users and invitations, and the seats they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use types::{AccountId, InvitationId, Timestamp, UserId};

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

/// How somebody came by a seat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenure {
    /// Since when they hold it, when that is known.
    pub since: Option<Timestamp>,
    /// The user who gave it to them, when that is known.
    pub by: Option<UserId>,
}

impl Tenure {
    /// Reads a user's id, which may be empty, beside a point in time.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read(assigner: &str, since: Option<Timestamp>) -> Result<Self, BadInput> {
        let by = match assigner {
            "" => None,
            id => Some(
                id.parse()
                    .map_err(|_| BadInput::new("assigner_id", "a user's id is expected"))?,
            ),
        };
        Ok(Self { since, by })
    }
}

/// What a subject holds: one seat of each product. Without any it is a tombstone, which keeps older versions out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The change that made it so; the highest wins, in whatever order they come. 0 is before any.
    pub version: i64,
    /// The products of which it holds a seat.
    pub products: BTreeMap<String, Tenure>,
    /// The products that are its own as of this version, but whose seats an older change brings that has not come yet.
    pub awaited: BTreeSet<String>,
}

/// A change of what a subject holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingChange {
    /// Its place in the order of the subject's changes.
    pub version: i64,
    /// All products that are the subject's own from then on.
    pub products: BTreeSet<String>,
    /// Those of them whose seats come with this change, out of a reservation; the others were there before it.
    pub brought: BTreeMap<String, Tenure>,
}

impl Holding {
    /// What a subject holds after a change, in whatever order changes come; none when nothing is different.
    ///
    /// It takes a seat only when the change brings it, so that no order makes more seats held than were reserved. When all
    /// changes have come, it holds what the highest version says.
    #[must_use]
    pub fn after(&self, change: &HoldingChange) -> Option<Self> {
        let own: BTreeSet<&String> = if change.version > self.version {
            change.products.iter().collect()
        } else {
            self.products.keys().chain(&self.awaited).collect()
        };
        let mut products = self.products.clone();
        for (product, tenure) in &change.brought {
            let known = products.entry(product.clone()).or_insert(*tenure);
            // Of several changes that bring it, the last one counts: in between, the subject had no seat.
            if known.since < tenure.since {
                *known = *tenure;
            }
        }
        products.retain(|product, _| own.contains(product));
        let is_missing = |product: &&&String| !products.contains_key(product.as_str());
        let awaited = own.iter().filter(is_missing).map(|&product| product.clone()).collect();
        let after = Self {
            version: self.version.max(change.version),
            products,
            awaited,
        };
        (after != *self).then_some(after)
    }
}

impl HoldingChange {
    /// Reads a change after which a subject has `products`; it brings the seats of all but those `kept`, as `tenure` says.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read(version: i64, products: Vec<String>, kept: Vec<String>, tenure: Tenure) -> Result<Self, BadInput> {
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
            brought: products
                .difference(&kept)
                .map(|product| (product.clone(), tenure))
                .collect(),
            products,
        })
    }

    /// Reads a change that brings nothing: `products` are what is left.
    ///
    /// # Errors
    /// Names the bad field.
    pub fn read_release(version: i64, products: Vec<String>) -> Result<Self, BadInput> {
        Self::read(version, products.clone(), products, Tenure::default())
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
