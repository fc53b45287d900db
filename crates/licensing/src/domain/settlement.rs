//! What becomes of reservations and holders: confirming, aborting, releasing.

mod moving;

pub use moving::{Move, NotYet};

use std::collections::{BTreeMap, BTreeSet};

use super::bad_input::BadInput;
use super::holder::{HolderKey, Holding, HoldingChange, Subject, Tenure};
use super::reservation::{RequestKey, Reservation, ReservationKey, State};
use super::seat_pool::{PoolChange, PoolKey};
use super::seats::Seats;

/// Identity's decision on a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Committed: these take seats, and what was reserved beyond is free.
    Confirm(ReservationKey, Vec<Taking>),
    /// Never to be committed: all seats are free.
    Abort(ReservationKey),
}

/// One who takes seats by a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    /// Who.
    pub subject: Subject,
    /// What is theirs from now on, and what of it they take.
    pub change: HoldingChange,
}

impl Taking {
    /// Reads the parts.
    ///
    /// # Errors
    /// Names the bad one.
    pub fn read(
        subject: &str,
        version: i64,
        products: Vec<String>,
        kept: Vec<String>,
        tenure: Tenure,
    ) -> Result<Self, BadInput> {
        Ok(Self {
            subject: Subject::read(subject)?,
            change: HoldingChange::read(version, products, kept, tenure)?,
        })
    }
}

impl Settlement {
    /// The confirmation of a reservation by its holders, each of whom may stand in it once.
    ///
    /// # Errors
    /// Names the bad entry of `holders`.
    pub fn confirm(
        key: ReservationKey,
        list: impl Iterator<Item = Result<Taking, BadInput>>,
    ) -> Result<Self, BadInput> {
        let mut subjects = BTreeSet::new();
        let mut holders = Vec::new();
        for (index, holder) in list.enumerate() {
            let holder = holder.map_err(|bad| bad.at("holders", index))?;
            if !subjects.insert(holder.subject) {
                return Err(BadInput::new("subject", "each holder may stand once").at("holders", index));
            }
            holders.push(holder);
        }
        Ok(Self::Confirm(key, holders))
    }

    /// The reservation it settles.
    #[must_use]
    pub const fn key(&self) -> &ReservationKey {
        match self {
            Self::Confirm(key, _) | Self::Abort(key) => key,
        }
    }

    /// Who takes seats by it.
    #[must_use]
    pub fn holders(&self) -> &[Taking] {
        match self {
            Self::Confirm(_, holders) => holders,
            Self::Abort(_) => &[],
        }
    }
}

/// More seats would be taken than the reservation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCovered;

/// The reservations and holders that a batch concerns, as they are and as its settlements change them.
#[derive(Debug, Default)]
pub struct Books {
    reservations: BTreeMap<RequestKey, Reservation>,
    holdings: BTreeMap<HolderKey, Holding>,
    changes: Changes,
}

/// What a batch changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The reservations it settles, and how.
    pub settled: BTreeMap<ReservationKey, State>,
    /// The holders that were not known before.
    pub appeared: BTreeMap<HolderKey, Holding>,
    /// The holders that were, with what they hold now.
    pub changed: BTreeMap<HolderKey, Holding>,
    /// The pools' counters.
    pub pools: BTreeMap<PoolKey, PoolChange>,
}

impl Books {
    /// The state before the first settlement.
    #[must_use]
    pub fn new(reservations: BTreeMap<RequestKey, Reservation>, holdings: BTreeMap<HolderKey, Holding>) -> Self {
        Self {
            reservations,
            holdings,
            changes: Changes::default(),
        }
    }

    /// Settles a reservation that is pending in this very epoch; anything else has been settled before and changes nothing.
    ///
    /// # Errors
    /// When the holders would take more than the reservation holds; nothing is changed then.
    pub fn settle(&mut self, settlement: &Settlement) -> Result<(), NotCovered> {
        let key = *settlement.key();
        let pending = |own: &&mut Reservation| own.state == State::Pending && own.epoch == key.epoch;
        let Some(own) = self.reservations.get_mut(&key.request).filter(pending) else {
            return Ok(());
        };
        let account = key.request.account;
        let state = match settlement {
            Settlement::Confirm(_, holders) => {
                if !own.seats.cover(&taken(holders)) {
                    return Err(NotCovered);
                }
                State::Confirmed
            }
            Settlement::Abort(_) => State::Released,
        };
        own.state = state;
        for (product, quantity) in own.seats.iter() {
            self.changes.pool(PoolKey::new(account, product)).reserved -= quantity;
        }
        self.changes.settled.insert(key, state);
        for holder in settlement.holders() {
            let subject = holder.subject;
            self.change(HolderKey { account, subject }, &holder.change);
        }
        Ok(())
    }

    /// Carries out a change of what a subject holds, as far as it still means something.
    pub fn change(&mut self, key: HolderKey, change: &HoldingChange) {
        let none = Holding::default();
        let known = self.holdings.get(&key);
        let Some(holding) = known.unwrap_or(&none).after(change) else {
            return;
        };
        let before = &known.unwrap_or(&none).products;
        for product in holding.products.keys().filter(|&product| !before.contains_key(product)) {
            self.changes.pool(PoolKey::new(key.account, product)).assigned += 1;
        }
        for product in before.keys().filter(|&product| !holding.products.contains_key(product)) {
            self.changes.pool(PoolKey::new(key.account, product)).assigned -= 1;
        }
        // A holder may appear and change in one batch: it is still to be inserted.
        let new = known.is_none() || self.changes.appeared.contains_key(&key);
        let changes = if new {
            &mut self.changes.appeared
        } else {
            &mut self.changes.changed
        };
        changes.insert(key, holding.clone());
        self.holdings.insert(key, holding);
    }

    /// Everything that was changed.
    #[must_use]
    pub fn into_changes(mut self) -> Changes {
        self.changes.pools.retain(|_, change| *change != PoolChange::default());
        self.changes
    }
}

impl Changes {
    fn pool(&mut self, key: PoolKey) -> &mut PoolChange {
        self.pools.entry(key).or_default()
    }
}

/// The seats that `holders` take.
fn taken(holders: &[Taking]) -> Seats {
    let mut taken = Seats::default();
    for product in holders.iter().flat_map(|holder| holder.change.brought.keys()) {
        taken.add_one(product);
    }
    taken
}

#[cfg(test)]
mod histories;

#[cfg(test)]
mod tests {
    use super::super::holder::Subject;
    use super::*;
    use types::{AccountId, RequestId, Timestamp, UserId};

    /// A version and its products.
    type Known<'a> = Option<(i64, &'a [&'a str])>;

    struct Case {
        request: RequestKey,
        user: Subject,
    }

    impl Case {
        fn new() -> Self {
            Self {
                request: RequestKey {
                    account: AccountId::new(),
                    request: RequestId::new(),
                },
                user: Subject::User(UserId::new()),
            }
        }

        fn books(&self, state: State, known: Known<'_>) -> Books {
            let seats = [("a".to_owned(), 2), ("b".to_owned(), 1)];
            let own = Reservation {
                epoch: 3,
                state,
                seats: Seats::read(seats).unwrap(),
                deadline: Timestamp::default(),
            };
            let holder = |(version, products): (i64, &[&str])| {
                let mut holding = Holding::default();
                holding = holding.after(&brings(version, products)).unwrap();
                (self.holder(), holding)
            };
            Books::new([(self.request, own)].into(), known.map(holder).into_iter().collect())
        }

        fn holder(&self) -> HolderKey {
            HolderKey {
                account: self.request.account,
                subject: self.user,
            }
        }

        fn key(&self, epoch: i64) -> ReservationKey {
            ReservationKey {
                request: self.request,
                epoch,
            }
        }

        fn confirm(&self, epoch: i64, version: i64, products: &[&str]) -> Settlement {
            let holder = Taking {
                subject: self.user,
                change: brings(version, products),
            };
            Settlement::Confirm(self.key(epoch), vec![holder])
        }

        fn pool(&self, changes: &Changes, product: &str) -> (i64, i64) {
            let change = changes.pools.get(&PoolKey::new(self.request.account, product));
            change.map_or((0, 0), |change| (change.reserved, change.assigned))
        }
    }

    /// A change that brings all its products.
    fn brings(version: i64, products: &[&str]) -> HoldingChange {
        change(version, products, &[])
    }

    fn change(version: i64, products: &[&str], kept: &[&str]) -> HoldingChange {
        let list = |list: &[&str]| list.iter().map(|&product| product.to_owned()).collect();
        HoldingChange::read(version, list(products), list(kept), Tenure::default()).unwrap()
    }

    fn held(version: i64, products: &[&str]) -> Holding {
        Holding {
            version,
            products: products
                .iter()
                .map(|&product| (product.to_owned(), Tenure::default()))
                .collect(),
            ..Holding::default()
        }
    }

    #[test]
    fn confirming_assigns_what_is_new_and_frees_the_rest() {
        let cases: [(Known<'_>, &[&str], i64, i64); 6] = [
            (None, &["a", "b"], 1, 1),
            (None, &["a"], 1, 0),
            (None, &[], 0, 0),
            (Some((1, &["a"])), &["a", "b"], 0, 1),
            (Some((1, &["a"])), &[], -1, 0),
            (Some((9, &[])), &["a", "b"], 0, 0),
        ];
        for (known, products, a, b) in cases {
            let case = Case::new();
            let mut books = case.books(State::Pending, known);
            books.settle(&case.confirm(3, 5, products)).unwrap();
            let changes = books.into_changes();
            assert_eq!(changes.settled, [(case.key(3), State::Confirmed)].into());
            assert_eq!(case.pool(&changes, "a"), (-2, a), "{known:?} {products:?}");
            assert_eq!(case.pool(&changes, "b"), (-1, b), "{known:?} {products:?}");
        }
    }

    #[test]
    fn what_is_not_pending_in_this_epoch_is_left_alone() {
        for (state, epoch) in [
            (State::Pending, 2),
            (State::Pending, 4),
            (State::Confirmed, 3),
            (State::Released, 3),
        ] {
            let case = Case::new();
            for settlement in [case.confirm(epoch, 1, &["a"]), Settlement::Abort(case.key(epoch))] {
                let mut books = case.books(state, None);
                books.settle(&settlement).unwrap();
                assert_eq!(books.into_changes(), Changes::default(), "{state:?} {epoch}");
            }
        }
    }

    #[test]
    fn only_the_first_settlement_of_a_batch_counts() {
        let case = Case::new();
        let mut books = case.books(State::Pending, None);
        books.settle(&Settlement::Abort(case.key(3))).unwrap();
        books.settle(&case.confirm(3, 1, &["a"])).unwrap();
        let changes = books.into_changes();
        assert_eq!(changes.settled, [(case.key(3), State::Released)].into());
        assert_eq!(case.pool(&changes, "a"), (-2, 0));
        assert!(changes.appeared.is_empty());
    }

    #[test]
    fn nobody_takes_more_than_was_reserved() {
        let case = Case::new();
        for products in [&["c"][..], &["a", "b", "c"]] {
            let mut books = case.books(State::Pending, None);
            assert_eq!(books.settle(&case.confirm(3, 1, products)), Err(NotCovered));
            assert_eq!(books.into_changes(), Changes::default());
        }
        let holder = |_| Taking {
            subject: Subject::User(UserId::new()),
            change: brings(1, &["b"]),
        };
        let two = Settlement::Confirm(case.key(3), (0..2).map(holder).collect());
        assert_eq!(case.books(State::Pending, None).settle(&two), Err(NotCovered));
    }

    #[test]
    fn what_is_kept_needs_no_reservation() {
        let case = Case::new();
        let mut books = case.books(State::Pending, Some((1, &["c"])));
        let holder = Taking {
            subject: case.user,
            change: change(2, &["b", "c"], &["c"]),
        };
        books.settle(&Settlement::Confirm(case.key(3), vec![holder])).unwrap();
        let changes = books.into_changes();
        assert_eq!(changes.changed, [(case.holder(), held(2, &["b", "c"]))].into());
        assert_eq!((case.pool(&changes, "b"), case.pool(&changes, "c")), ((-1, 1), (0, 0)));
    }

    #[test]
    fn an_older_confirmation_brings_what_is_awaited_and_frees_the_rest() {
        let case = Case::new();
        let mut books = case.books(State::Pending, None);
        // The second change has come first: of what it keeps nothing is there yet.
        books.change(case.holder(), &change(2, &["b"], &["b"]));
        books.settle(&case.confirm(3, 1, &["a", "b"])).unwrap();
        let changes = books.into_changes();
        assert_eq!(changes.appeared, [(case.holder(), held(2, &["b"]))].into());
        assert_eq!((case.pool(&changes, "a"), case.pool(&changes, "b")), ((-2, 0), (-1, 1)));
    }

    #[test]
    fn the_highest_version_wins_in_any_order() {
        let case = Case::new();
        let versions = [brings(1, &["a"]), change(2, &["a", "b"], &["a"]), brings(3, &[])];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut books = Books::default();
            for index in order {
                books.change(case.holder(), &versions[index]);
            }
            let changes = books.into_changes();
            assert_eq!(changes.appeared, [(case.holder(), held(3, &[]))].into(), "{order:?}");
            assert!(changes.changed.is_empty() && changes.pools.is_empty(), "{order:?}");
        }
    }

    #[test]
    fn a_known_holder_is_changed_and_not_inserted() {
        let case = Case::new();
        let mut books = case.books(State::Pending, Some((1, &["a", "b"])));
        books.change(case.holder(), &change(2, &["b"], &["b"]));
        let changes = books.into_changes();
        assert_eq!(changes.changed, [(case.holder(), held(2, &["b"]))].into());
        assert!(changes.appeared.is_empty());
        assert_eq!(case.pool(&changes, "a"), (0, -1));
    }
}
