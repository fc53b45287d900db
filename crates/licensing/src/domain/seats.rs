//! Numbers of seats by product.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bad_input::BadInput;

/// No account has more, so that no sum of seats can overflow.
const MOST: i64 = 1_000_000_000;

/// How many seats of each product: at least one of each that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seats(BTreeMap<String, i64>);

impl Seats {
    /// Reads a list in which each product stands once.
    ///
    /// # Errors
    /// Names the bad entry of `seats`.
    pub fn read(list: impl IntoIterator<Item = (String, i64)>) -> Result<Self, BadInput> {
        let mut seats = BTreeMap::new();
        for (index, (product, quantity)) in list.into_iter().enumerate() {
            let bad = |field, problem| BadInput::new(field, problem).at("seats", index);
            if product.is_empty() {
                return Err(bad("product", "a product's id is expected"));
            }
            if !(1..=MOST).contains(&quantity) {
                return Err(bad("quantity", "a number from 1 to 1,000,000,000 is expected"));
            }
            if seats.insert(product, quantity).is_some() {
                return Err(bad("product", "each product may stand once"));
            }
        }
        Ok(Self(seats))
    }

    /// Those whose product satisfies `known`, and the products of the others.
    pub fn split(self, known: impl Fn(&str) -> bool) -> (Self, Vec<String>) {
        let (known, unknown): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.0.into_iter().partition(|(product, _)| known(product));
        (Self(known), unknown.into_keys().collect())
    }

    /// Each product and its number, sorted by product.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(product, &quantity)| (product.as_str(), quantity))
    }

    /// The number of one product.
    #[must_use]
    pub fn of(&self, product: &str) -> i64 {
        self.0.get(product).copied().unwrap_or_default()
    }

    /// Whether there are at least as many of each product as in `other`.
    #[must_use]
    pub fn cover(&self, other: &Self) -> bool {
        other.iter().all(|(product, quantity)| self.of(product) >= quantity)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One seat more of `product`.
    pub fn add_one(&mut self, product: &str) {
        match self.0.get_mut(product) {
            Some(quantity) => *quantity += 1,
            None => {
                self.0.insert(product.to_owned(), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[(&str, i64)]) -> Result<Seats, BadInput> {
        Seats::read(list.iter().map(|&(product, quantity)| (product.to_owned(), quantity)))
    }

    #[test]
    fn a_bad_entry_is_named_by_its_path() {
        let cases: [(&[(&str, i64)], &str); 5] = [
            (&[("", 1)], "seats[0].product"),
            (&[("a", 0)], "seats[0].quantity"),
            (&[("a", 1), ("b", -1)], "seats[1].quantity"),
            (&[("a", MOST + 1)], "seats[0].quantity"),
            (&[("a", 1), ("b", 1), ("a", 2)], "seats[2].product"),
        ];
        for (list, field) in cases {
            assert_eq!(read(list).unwrap_err().field, field);
        }
    }

    #[test]
    fn seats_cover_what_is_not_more_of_any_product() {
        let seats = read(&[("a", 2), ("b", 1)]).unwrap();
        for (other, covered) in [
            (&[][..], true),
            (&[("a", 2), ("b", 1)], true),
            (&[("a", 1)], true),
            (&[("a", 3)], false),
            (&[("c", 1)], false),
        ] {
            assert_eq!(seats.cover(&read(other).unwrap()), covered, "{other:?}");
        }
    }
}
