//! What seats of one product cost for one whole interval.

use serde::Deserialize;
use types::MoneyError;

/// How the price follows from the number of seats. Amounts are minor units of the plan's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Price {
    /// Each seat costs the same.
    Flat(i64),
    /// Each seat costs what its tier says: the first ten seats one price, the next ones another.
    Tiered(Vec<Tier>),
    /// All seats cost what the tier says that the last one is in.
    Volume(Vec<Tier>),
}

/// A range of seats, from where the one before ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tier {
    /// The last seat of the range; none in the last tier, which goes on.
    pub(crate) up_to: Option<i64>,
    /// What one seat of it costs.
    pub(crate) price: i64,
}

impl Price {
    /// What `seats` seats cost, the free ones left out before.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the amount does not fit.
    pub(crate) fn amount(&self, seats: i64) -> Result<i64, MoneyError> {
        let times = |price: i64, seats: i64| price.checked_mul(seats).ok_or(MoneyError::Overflow);
        match self {
            Self::Flat(price) => times(*price, seats),
            Self::Volume(tiers) => {
                let fits = |tier: &&Tier| tier.up_to.is_none_or(|last| seats <= last);
                times(tiers.iter().find(fits).map_or(0, |tier| tier.price), seats)
            }
            Self::Tiered(tiers) => {
                let (mut sum, mut counted) = (0_i64, 0);
                for tier in tiers {
                    let last = tier.up_to.unwrap_or(seats).min(seats);
                    let of_tier = times(tier.price, last - counted)?;
                    sum = sum.checked_add(of_tier).ok_or(MoneyError::Overflow)?;
                    counted = last;
                }
                Ok(sum)
            }
        }
    }

    /// What the first seat costs.
    pub(crate) fn first(&self) -> i64 {
        match self {
            Self::Flat(price) => *price,
            Self::Tiered(tiers) | Self::Volume(tiers) => tiers.first().map_or(0, |tier| tier.price),
        }
    }

    /// The ranges of seats, if it has any.
    pub(crate) fn tiers(&self) -> &[Tier] {
        match self {
            Self::Flat(_) => &[],
            Self::Tiered(tiers) | Self::Volume(tiers) => tiers,
        }
    }

    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let negative = match self {
            Self::Flat(price) => *price < 0,
            Self::Tiered(tiers) | Self::Volume(tiers) => tiers.iter().any(|tier| tier.price < 0),
        };
        if negative {
            return Some("a price is not negative");
        }
        match self {
            Self::Flat(_) => None,
            Self::Tiered(tiers) | Self::Volume(tiers) => {
                let Some((last, others)) = tiers.split_last() else {
                    return Some("there is at least one tier");
                };
                let mut ends = vec![0];
                ends.extend(others.iter().map(|tier| tier.up_to.unwrap_or(0)));
                (last.up_to.is_some() || !ends.is_sorted_by(|a, b| a < b))
                    .then_some("every tier but the last has an up_to, above the one before; the last has none")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiers() -> Vec<Tier> {
        [(Some(10), 1_000), (Some(50), 800), (None, 500)]
            .map(|(up_to, price)| Tier { up_to, price })
            .to_vec()
    }

    #[test]
    fn seats_cost_what_their_tiers_say() {
        let table = [
            (0, 0, 0, 0),
            (1, 700, 1_000, 1_000),
            (10, 7_000, 10_000, 10_000),
            (11, 7_700, 10_800, 8_800),
            (50, 35_000, 42_000, 40_000),
            (51, 35_700, 42_500, 25_500),
        ];
        for (seats, flat, tiered, volume) in table {
            assert_eq!(Price::Flat(700).amount(seats), Ok(flat), "{seats}");
            assert_eq!(Price::Tiered(tiers()).amount(seats), Ok(tiered), "{seats}");
            assert_eq!(Price::Volume(tiers()).amount(seats), Ok(volume), "{seats}");
        }
    }

    #[test]
    fn an_amount_never_wraps() {
        for price in [Price::Flat(2), Price::Tiered(tiers()), Price::Volume(tiers())] {
            assert_eq!(price.amount(i64::MAX), Err(MoneyError::Overflow));
        }
    }

    #[test]
    fn tiers_ascend_and_the_last_goes_on() {
        let tier = |up_to, price| Tier { up_to, price };
        let bad = [
            vec![],
            vec![tier(Some(1), 1)],
            vec![tier(None, 1), tier(None, 1)],
            vec![tier(Some(5), 1), tier(Some(5), 1), tier(None, 1)],
            vec![tier(Some(0), 1), tier(None, 1)],
            vec![tier(None, -1)],
        ];
        for tiers in bad {
            assert!(Price::Tiered(tiers.clone()).problem().is_some(), "{tiers:?}");
            assert!(Price::Volume(tiers).problem().is_some());
        }
        assert_eq!(Price::Volume(tiers()).problem(), None);
        assert!(Price::Flat(-1).problem().is_some() && Price::Flat(0).problem().is_none());
    }
}
