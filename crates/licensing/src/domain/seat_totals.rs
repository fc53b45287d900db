//! Totals: how many seats a subscription gives, now and later.

use std::collections::{BTreeMap, BTreeSet};

use types::{AccountId, BillingNotice, BillingNoticeKind, SeatCount, Timestamp};

use super::seat_pool::{Pool, PoolKey, Scheduled};
use super::seats::Seats;

/// The totals of one version of an account's subscription.
#[derive(Clone, Debug)]
pub struct SeatTotals {
    /// The account.
    pub account: AccountId,
    /// The version; the highest wins, in whatever order they come.
    pub version: i64,
    /// What there is; of products left out, nothing.
    pub seats: Seats,
    /// What there will be, when that is something else.
    pub next: Option<Next>,
}

/// Totals to come.
#[derive(Clone, Debug)]
pub struct Next {
    /// What there will be; of products left out, nothing.
    pub seats: Seats,
    /// When they come.
    pub time: Timestamp,
}

/// The totals of one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// How many seats there are.
    pub seats: i64,
    /// How many there will be.
    pub next: Option<Scheduled>,
}

impl SeatTotals {
    /// The totals of each product that is named here, or that the account has a pool of.
    #[must_use]
    pub fn by_product(&self, pools: &BTreeMap<PoolKey, Pool>) -> BTreeMap<String, Total> {
        let known = pools.keys().map(|key| key.product.as_str());
        let to_come = self.next.iter().flat_map(|next| next.seats.iter());
        let named = self.seats.iter().chain(to_come).map(|(product, _)| product);
        let products: BTreeSet<&str> = known.chain(named).collect();
        let total = |product: &str| Total {
            seats: self.seats.of(product),
            next: self.next.as_ref().map(|next| Scheduled {
                seats: next.seats.of(product),
                time: next.time,
            }),
        };
        products
            .into_iter()
            .map(|product| (product.to_owned(), total(product)))
            .collect()
    }

    /// What the billing contact is told when by these totals a pool is over its limit, or farther over it than before. That
    /// there are no seats at all any more is told by whoever has ended the subscription.
    #[must_use]
    pub fn notice(&self, pools: &BTreeMap<PoolKey, Pool>) -> Option<BillingNotice> {
        let farther = |(key, pool): &(&PoolKey, &Pool)| pool.beyond(self.seats.of(&key.product)) > pool.over_limit();
        let seats: Vec<SeatCount> = pools
            .iter()
            .filter(farther)
            .map(|(key, pool)| SeatCount {
                product: key.product.clone(),
                present: pool.held(),
                seats: self.seats.of(&key.product),
            })
            .collect();
        let is_told = !self.seats.is_empty() && !seats.is_empty();
        let id = format!("{}:{}", self.account, self.version);
        is_told.then(|| BillingNotice {
            seats,
            ..BillingNotice::new(id, self.account, BillingNoticeKind::SeatsOverLimit)
        })
    }
}

/// How many more seats are held than `seats` are, of each product of which there are more.
#[must_use]
pub fn surplus(pools: &BTreeMap<PoolKey, Pool>, seats: &Seats) -> BTreeMap<String, i64> {
    let surplus = |(key, pool): (&PoolKey, &Pool)| (key.product.clone(), pool.beyond(seats.of(&key.product)));
    pools.iter().map(surplus).filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type List<'a> = &'a [(&'a str, i64)];

    fn seats(list: &[(&str, i64)]) -> Seats {
        Seats::read(list.iter().map(|&(product, quantity)| (product.to_owned(), quantity))).unwrap()
    }

    fn pools(account: AccountId) -> BTreeMap<PoolKey, Pool> {
        let pool = |(product, assigned, reserved)| {
            let pool = Pool {
                seats: 9,
                assigned,
                reserved,
                next: None,
            };
            (PoolKey::new(account, product), pool)
        };
        [("a", 3, 1), ("b", 1, 0), ("c", 0, 0)].map(pool).into()
    }

    #[test]
    fn what_is_left_out_has_no_seats_and_will_have_none() {
        let totals = SeatTotals {
            account: AccountId::new(),
            version: 1,
            seats: seats(&[("a", 5)]),
            next: Some(Next {
                seats: seats(&[("d", 2)]),
                time: Timestamp::from_micros(7),
            }),
        };
        let by_product = totals.by_product(&pools(totals.account));
        let numbers: Vec<_> = by_product
            .iter()
            .map(|(product, total)| (product.as_str(), total.seats, total.next.unwrap().seats))
            .collect();
        assert_eq!(numbers, [("a", 5, 0), ("b", 0, 0), ("c", 0, 0), ("d", 0, 2)]);
    }

    #[test]
    fn it_is_told_when_more_seats_are_held_than_there_are_and_again_when_it_gets_worse() {
        // How many seats of each product; of which products too many are told to be held.
        let cases: [(List<'_>, List<'_>); 4] = [
            (&[("a", 4), ("b", 1)], &[]),
            (&[("a", 3), ("b", 1)], &[("a", 4)]),
            (&[("b", 1)], &[("a", 4)]),
            (&[], &[]),
        ];
        let mut pools = pools(AccountId::new());
        let account = pools.keys().next().unwrap().account;
        let totals = |list| SeatTotals {
            account,
            version: 7,
            seats: seats(list),
            next: None,
        };
        for (list, expected) in cases {
            let notice = totals(list).notice(&pools);
            let told = notice.map(|notice| notice.seats).unwrap_or_default();
            let told: Vec<_> = told
                .iter()
                .map(|count| (count.product.as_str(), count.present))
                .collect();
            assert_eq!(told, expected, "{list:?}");
        }
        pools.get_mut(&PoolKey::new(account, "a")).unwrap().seats = 2;
        assert_eq!(totals(&[("a", 3), ("b", 1)]).notice(&pools), None);
        assert_eq!(totals(&[("a", 2), ("b", 1)]).notice(&pools), None);
        assert!(totals(&[("a", 1), ("b", 1)]).notice(&pools).is_some());
    }

    #[test]
    fn a_surplus_counts_what_is_assigned_and_reserved() {
        let pools = pools(AccountId::new());
        let cases: [(List<'_>, List<'_>); 4] = [
            (&[("a", 4), ("b", 1)], &[]),
            (&[("a", 3), ("b", 1)], &[("a", 1)]),
            (&[("b", 5)], &[("a", 4)]),
            (&[], &[("a", 4), ("b", 1)]),
        ];
        for (list, expected) in cases {
            let found = surplus(&pools, &seats(list));
            let found: Vec<_> = found
                .iter()
                .map(|(product, count)| (product.as_str(), *count))
                .collect();
            assert_eq!(found, expected, "{list:?}");
        }
    }
}
