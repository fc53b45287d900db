//! Handing seats on from one subject to another.

use std::collections::{BTreeMap, BTreeSet};

use super::Books;
use crate::domain::holder::{HolderKey, Holding, HoldingChange};

/// One who hands all seats on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who has them until now.
    pub from: HolderKey,
    /// The version of this change of what that one holds.
    pub from_version: i64,
    /// Who has them from now on.
    pub to: HolderKey,
    /// The version of this change of what that one holds.
    pub to_version: i64,
}

/// The change that gives the seats to those who hand them on has not come yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet;

impl Books {
    /// Carries out a move, unless it was carried out before. The seats are held all the time: no counter changes.
    ///
    /// # Errors
    /// When the seats are still to come; nothing is changed then.
    pub fn hand_on(&mut self, order: &Move) -> Result<(), NotYet> {
        let products = match self.holdings.get(&order.from) {
            Some(known) if known.version >= order.from_version => return Ok(()),
            Some(known) if known.version + 1 == order.from_version && known.awaited.is_empty() => {
                known.products.clone()
            }
            // Long ago: what `from` has left behind is forgotten, and is left behind again.
            None if self.holdings.get(&order.to).is_some_and(|to| arrived(to, order)) => BTreeMap::new(),
            Some(_) | None => return Err(NotYet),
        };
        let nothing = HoldingChange {
            version: order.from_version,
            products: BTreeSet::new(),
            brought: BTreeMap::new(),
        };
        let everything = HoldingChange {
            version: order.to_version,
            products: products.keys().cloned().collect(),
            brought: products,
        };
        self.change(order.from, &nothing);
        self.change(order.to, &everything);
        Ok(())
    }
}

/// Whether nothing of a move is still to come.
fn arrived(to: &Holding, order: &Move) -> bool {
    to.version >= order.to_version && to.awaited.is_empty()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use types::{AccountId, InvitationId, Timestamp, UserId};

    use super::*;
    use crate::domain::holder::{Subject, Tenure};

    const TENURE: Tenure = Tenure {
        since: Some(Timestamp::from_micros(7)),
        by: None,
    };

    fn order() -> Move {
        let account = AccountId::new();
        let key = |subject| HolderKey { account, subject };
        Move {
            from: key(Subject::Invitation(InvitationId::new())),
            from_version: 2,
            to: key(Subject::User(UserId::new())),
            to_version: 5,
        }
    }

    fn change(version: i64, products: &[&str], kept: &[&str]) -> HoldingChange {
        let list = |list: &[&str]| list.iter().map(|&product| product.to_owned()).collect();
        HoldingChange::read(version, list(products), list(kept), TENURE).unwrap()
    }

    fn held(books: &Books, key: HolderKey) -> (i64, Vec<&str>) {
        let holding = &books.holdings[&key];
        (holding.version, holding.products.keys().map(String::as_str).collect())
    }

    #[test]
    fn all_seats_are_handed_on_once_and_no_counter_changes() {
        let (order, mut books) = (order(), Books::default());
        books.change(order.from, &change(1, &["a", "b"], &[]));
        let before = books.changes.pools.clone();
        for _ in 0..2 {
            books.hand_on(&order).unwrap();
            assert_eq!(held(&books, order.from), (2, vec![]));
            assert_eq!(held(&books, order.to), (5, vec!["a", "b"]));
            assert!(books.holdings[&order.to].products.values().all(|own| *own == TENURE));
        }
        assert_eq!(books.changes.pools, before);
    }

    #[test]
    fn seats_that_have_not_come_are_waited_for() {
        let (order, mut books) = (order(), Books::default());
        assert_eq!(books.hand_on(&order), Err(NotYet));
        let later = Move {
            from_version: 4,
            ..order
        };
        books.change(order.from, &change(1, &["a"], &[]));
        assert_eq!(
            books.hand_on(&later),
            Err(NotYet),
            "it was sent again, with seats of its own"
        );
        books.change(order.from, &change(3, &["a", "b"], &["a", "b"]));
        assert_eq!(books.hand_on(&later), Err(NotYet), "one of them is still to come");
        assert!(!books.holdings.contains_key(&order.to));
    }

    #[test]
    fn what_the_receiver_was_told_since_stands() {
        let cases: [(HoldingChange, (i64, Vec<&str>)); 3] = [
            (change(6, &[], &[]), (6, vec![])),
            (change(6, &["a"], &["a"]), (6, vec!["a"])),
            (change(4, &[], &[]), (5, vec!["a", "b"])),
        ];
        for (told, expected) in cases {
            let (order, mut books) = (order(), Books::default());
            books.change(order.to, &told);
            books.change(order.from, &change(1, &["a", "b"], &[]));
            books.hand_on(&order).unwrap();
            assert_eq!(held(&books, order.to), expected);
            let held = i64::try_from(expected.1.len()).unwrap();
            let assigned: i64 = books.changes.pools.values().map(|change| change.assigned).sum();
            assert_eq!(assigned, held);
        }
    }

    #[test]
    fn a_move_that_is_forgotten_is_not_made_again() {
        let order = order();
        let there = Holding {
            version: 5,
            products: [("a".to_owned(), TENURE)].into(),
            awaited: BTreeSet::new(),
        };
        let mut books = Books::new(BTreeMap::new(), [(order.to, there.clone())].into());
        books.hand_on(&order).unwrap();
        assert_eq!(books.holdings[&order.to], there);
        let waiting = Holding {
            awaited: ["b".to_owned()].into(),
            ..there
        };
        let mut books = Books::new(BTreeMap::new(), [(order.to, waiting)].into());
        assert_eq!(books.hand_on(&order), Err(NotYet));
    }
}
