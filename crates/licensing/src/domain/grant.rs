//! Who gets seats: the decision on a batch of requests, in the order they came.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use types::{AccountId, Timestamp};

use super::reservation::{RequestKey, Reservation, ReservationKey, State};
use super::seat_pool::{Pool, PoolKey};
use super::seats::Seats;

/// A request to hold seats.
#[derive(Clone, Debug)]
pub struct Ask {
    /// For which request.
    pub key: RequestKey,
    /// What to hold, of products of the catalogue.
    pub seats: Seats,
    /// Products that the catalogue does not have, sorted.
    pub unknown: Vec<String>,
    /// Decided later than this, it is refused.
    pub not_after: Timestamp,
}

/// The promise to hold seats until a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which reservation.
    pub key: ReservationKey,
    /// What it holds.
    pub seats: Seats,
    /// Until when.
    pub deadline: Timestamp,
}

/// How one product stood when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Which.
    pub product: String,
    /// How many were asked for.
    pub requested: i64,
    /// How many were free to this request: what it holds itself does not count as taken.
    pub available: i64,
}

/// What a request to hold seats is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The promise; none when something is short or unknown.
    pub grant: Option<Grant>,
    /// Each known product, sorted.
    pub availability: Vec<Availability>,
    /// The unknown products, sorted.
    pub unknown: Vec<String>,
}

/// Why a request to hold seats gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It holds a reservation already that does not cover what it asks for.
    InProgress,
    /// It came too late.
    Stale,
}

/// What is promised, and when.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The database's present.
    pub now: Timestamp,
    /// How long seats are held.
    pub ttl: Duration,
}

/// The pools and reservations that a batch concerns, as they are and as its decisions change them.
#[derive(Debug, Default)]
pub struct Ledger {
    pools: BTreeMap<PoolKey, Pool>,
    reservations: BTreeMap<RequestKey, Reservation>,
    made: BTreeSet<RequestKey>,
    taken: BTreeMap<PoolKey, i64>,
}

impl Ledger {
    /// The state before the first decision. A pool that is not there has no seats.
    #[must_use]
    pub fn new(pools: BTreeMap<PoolKey, Pool>, reservations: BTreeMap<RequestKey, Reservation>) -> Self {
        Self {
            pools,
            reservations,
            ..Self::default()
        }
    }

    /// Decides one request: all its seats or none. The same request finds its own reservation, with the deadline it was
    /// first given; after a release it gets the next epoch.
    ///
    /// # Errors
    /// When it comes too late, or holds a reservation that does not cover it.
    pub fn decide(&mut self, ask: &Ask, terms: Terms) -> Result<Answer, Refused> {
        if terms.now > ask.not_after {
            return Err(Refused::Stale);
        }
        let availability = self.count(ask.key.account, Some(&ask.key), &ask.seats);
        let grant = if ask.unknown.is_empty() {
            self.grant(ask, &availability, terms)?
        } else {
            None
        };
        Ok(Answer {
            grant,
            availability,
            unknown: ask.unknown.clone(),
        })
    }

    /// How the products of `seats` stand for an account, and for a request if there is one already.
    #[must_use]
    pub fn count(&self, account: AccountId, request: Option<&RequestKey>, seats: &Seats) -> Vec<Availability> {
        let own = request.and_then(|key| self.reservations.get(key));
        let own = own.filter(|own| own.state == State::Pending);
        let count = |(product, requested): (&str, i64)| {
            let pool = self.pools.get(&PoolKey::new(account, product));
            let mut pool = pool.copied().unwrap_or_default();
            pool.reserved -= own.map_or(0, |own| own.seats.of(product));
            Availability {
                product: product.to_owned(),
                requested,
                available: pool.available(),
            }
        };
        seats.iter().map(count).collect()
    }

    fn grant(&mut self, ask: &Ask, availability: &[Availability], terms: Terms) -> Result<Option<Grant>, Refused> {
        let epoch = match self.reservations.get(&ask.key) {
            Some(own) => match own.state {
                State::Pending | State::Confirmed if own.seats.cover(&ask.seats) => {
                    return Ok(Some(grant(ask.key, own)));
                }
                State::Pending | State::Confirmed => return Err(Refused::InProgress),
                State::Released => own.epoch + 1,
            },
            None => 1,
        };
        if availability.iter().any(|product| product.requested > product.available) {
            return Ok(None);
        }
        let own = Reservation {
            epoch,
            state: State::Pending,
            seats: ask.seats.clone(),
            deadline: terms.now + terms.ttl,
        };
        for (product, quantity) in own.seats.iter() {
            let key = PoolKey::new(ask.key.account, product);
            self.pools.entry(key.clone()).or_default().reserved += quantity;
            *self.taken.entry(key).or_default() += quantity;
        }
        let grant = grant(ask.key, &own);
        self.made.insert(ask.key);
        self.reservations.insert(ask.key, own);
        Ok(Some(grant))
    }

    /// The reservations that the decisions have made, each new or in a new epoch.
    pub fn made(&self) -> impl Iterator<Item = (&RequestKey, &Reservation)> {
        self.reservations.iter().filter(|(key, _)| self.made.contains(key))
    }

    /// How many seats the decisions have taken from each pool.
    #[must_use]
    pub const fn taken(&self) -> &BTreeMap<PoolKey, i64> {
        &self.taken
    }
}

fn grant(request: RequestKey, own: &Reservation) -> Grant {
    Grant {
        key: ReservationKey {
            request,
            epoch: own.epoch,
        },
        seats: own.seats.clone(),
        deadline: own.deadline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::RequestId;

    type List<'a> = &'a [(&'a str, i64)];

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);
    const TERMS: Terms = Terms {
        now: NOW,
        ttl: Duration::from_secs(60),
    };

    fn seats(list: &[(&str, i64)]) -> Seats {
        Seats::read(list.iter().map(|&(product, quantity)| (product.to_owned(), quantity))).unwrap()
    }

    fn key() -> RequestKey {
        RequestKey {
            account: AccountId::new(),
            request: RequestId::new(),
        }
    }

    fn ask(key: RequestKey, list: &[(&str, i64)]) -> Ask {
        Ask {
            key,
            seats: seats(list),
            unknown: Vec::new(),
            not_after: NOW,
        }
    }

    fn ledger(account: AccountId, pools: &[(&str, [i64; 3])], own: &[(RequestKey, Reservation)]) -> Ledger {
        let pool = |&(product, [seats, assigned, reserved]): &(&str, [i64; 3])| {
            let pool = Pool {
                seats,
                assigned,
                reserved,
                next: None,
            };
            (PoolKey::new(account, product), pool)
        };
        Ledger::new(pools.iter().map(pool).collect(), own.iter().cloned().collect())
    }

    fn own(epoch: i64, state: State, list: &[(&str, i64)]) -> Reservation {
        Reservation {
            epoch,
            state,
            seats: seats(list),
            deadline: Timestamp::from_micros(7),
        }
    }

    #[test]
    fn a_request_gets_all_of_its_seats_or_none() {
        let key = key();
        let cases: [(List<'_>, bool, [i64; 2]); 6] = [
            (&[("a", 1), ("b", 1)], true, [2, 1]),
            (&[("a", 2), ("b", 1)], true, [2, 1]),
            (&[("a", 2), ("b", 2)], false, [2, 1]),
            (&[("a", 3), ("b", 1)], false, [2, 1]),
            (&[("a", 1), ("never had", 1)], false, [2, 0]),
            (&[("a", 1), ("shrunk", 1)], false, [2, 0]),
        ];
        for (list, granted, available) in cases {
            let mut ledger = ledger(
                key.account,
                &[("a", [5, 2, 1]), ("b", [1, 0, 0]), ("shrunk", [3, 4, 0])],
                &[],
            );
            let answer = ledger.decide(&ask(key, list), TERMS).unwrap();
            assert_eq!(answer.grant.is_some(), granted, "{list:?}");
            assert_eq!(ledger.made().count(), usize::from(granted));
            let taken: i64 = ledger.taken().values().sum();
            assert_eq!(taken, if granted { list.iter().map(|(_, n)| n).sum() } else { 0 });
            let counted: Vec<_> = answer.availability.iter().map(|product| product.available).collect();
            assert_eq!(counted, available, "{list:?}");
        }
    }

    #[test]
    fn seats_go_to_those_who_came_first() {
        let account = AccountId::new();
        let mut ledger = ledger(account, &[("a", [5, 0, 0])], &[]);
        let granted: Vec<_> = [3, 4, 2, 1]
            .map(|quantity| {
                let key = RequestKey {
                    account,
                    request: RequestId::new(),
                };
                ledger
                    .decide(&ask(key, &[("a", quantity)]), TERMS)
                    .unwrap()
                    .grant
                    .is_some()
            })
            .into();
        assert_eq!(granted, [true, false, true, false]);
        assert_eq!(ledger.taken()[&PoolKey::new(account, "a")], 5);
    }

    #[test]
    fn a_request_finds_its_own_reservation() {
        let key = key();
        let held: &[(&str, i64)] = &[("a", 2)];
        let more: &[(&str, i64)] = &[("a", 3)];
        let cases = [
            (State::Pending, held, Ok(Some((4, 7)))),
            (State::Pending, &[("a", 1)], Ok(Some((4, 7)))),
            (State::Pending, more, Err(Refused::InProgress)),
            (State::Pending, &[("b", 1)], Err(Refused::InProgress)),
            (State::Confirmed, held, Ok(Some((4, 7)))),
            (State::Confirmed, more, Err(Refused::InProgress)),
            (State::Released, held, Ok(Some((5, 61_000_000)))),
            (State::Released, more, Ok(Some((5, 61_000_000)))),
            (State::Released, &[("a", 9)], Ok(None)),
        ];
        for (state, list, expected) in cases {
            let reserved = if state == State::Pending { 2 } else { 0 };
            let mut ledger = ledger(key.account, &[("a", [3, 0, reserved])], &[(key, own(4, state, held))]);
            let answer = ledger.decide(&ask(key, list), TERMS);
            let found = answer.map(|answer| answer.grant.map(|grant| (grant.key.epoch, grant.deadline.micros())));
            assert_eq!(found, expected, "{state:?} {list:?}");
        }
    }

    #[test]
    fn a_twin_in_the_same_batch_shares_the_grant() {
        let key = key();
        let mut ledger = ledger(key.account, &[("a", [1, 0, 0])], &[]);
        let first = ledger.decide(&ask(key, &[("a", 1)]), TERMS).unwrap();
        let twin = ledger.decide(&ask(key, &[("a", 1)]), TERMS).unwrap();
        assert!(first.grant.is_some());
        assert_eq!(first, twin);
        assert_eq!(ledger.made().count(), 1);
        assert_eq!(ledger.taken().values().sum::<i64>(), 1);
    }

    #[test]
    fn an_unknown_product_takes_nothing() {
        let mut ask = ask(key(), &[("a", 1)]);
        ask.unknown = vec!["z".into()];
        let mut ledger = ledger(ask.key.account, &[("a", [1, 0, 0])], &[]);
        let answer = ledger.decide(&ask, TERMS).unwrap();
        assert_eq!((answer.grant, answer.unknown), (None, vec!["z".to_owned()]));
        assert_eq!(ledger.made().count(), 0);
    }

    #[test]
    fn a_late_message_is_refused_even_when_its_seats_are_held() {
        let key = key();
        let mut ledger = ledger(key.account, &[], &[(key, own(1, State::Pending, &[("a", 1)]))]);
        let mut late = ask(key, &[("a", 1)]);
        late.not_after = Timestamp::from_micros(NOW.micros() - 1);
        assert_eq!(ledger.decide(&late, TERMS), Err(Refused::Stale));
    }
}
