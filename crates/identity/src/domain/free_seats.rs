//! The seats that there are for the rows of a file, when there are too few for all.

use std::collections::BTreeMap;

use super::admission::SeatCount;

/// How many seats of each product are left; a product that is not counted has enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSeats(BTreeMap<String, i64>);

impl FreeSeats {
    /// What was free when seats were counted.
    pub fn new(counts: &[SeatCount]) -> Self {
        let free = |count: &SeatCount| (count.product.clone(), count.available);
        Self(counts.iter().map(free).collect())
    }

    /// Takes a seat of each of these products, or none when one has none left.
    pub fn take(&mut self, products: &[String]) -> bool {
        let has_seat = |product: &String| self.0.get(product).is_none_or(|count| *count > 0);
        let takes = products.iter().all(has_seat);
        if takes {
            for product in products {
                self.0.entry(product.clone()).and_modify(|count| *count -= 1);
            }
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_takes_seats_of_all_their_products_or_of_none() {
        let count = |product: &str, available| SeatCount {
            product: product.into(),
            requested: 9,
            available,
        };
        let mut free = FreeSeats::new(&[count("meeting", 2), count("training", 1)]);
        let mut take = |products: &[&str]| {
            let products: Vec<String> = products.iter().map(|&product| product.into()).collect();
            free.take(&products)
        };
        assert!(take(&["meeting", "training"]));
        assert!(!take(&["meeting", "training"]));
        assert!(take(&["meeting"]));
        assert!(!take(&["meeting"]));
        assert!(take(&["phone"]) && take(&[]));
    }
}
