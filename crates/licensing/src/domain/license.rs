//! Licenses: what the seats that somebody holds are good for.

use super::product::{Catalogue, Product};

/// Whether somebody is licensed for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// They hold seats of these products, each of which gives it.
    SeatHeld(Vec<&'a Product>),
    /// They hold a seat of none of these products, each of which would give it.
    NoSeat(Vec<&'a Product>),
    /// No product gives it.
    NoProduct,
}

impl Catalogue {
    /// Whether who holds seats of those products that satisfy `held` is licensed for `entitlement`.
    #[must_use]
    pub fn judge(&self, entitlement: &str, held: impl Fn(&str) -> bool) -> Verdict<'_> {
        let gives = |product: &&Product| product.entitlements.contains(entitlement);
        let (licenses, others): (Vec<_>, Vec<_>) = self
            .products()
            .iter()
            .filter(gives)
            .partition(|product| held(&product.id));
        match (licenses.is_empty(), others.is_empty()) {
            (false, _) => Verdict::SeatHeld(licenses),
            (true, false) => Verdict::NoSeat(others),
            (true, true) => Verdict::NoProduct,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_holds_a_seat_that_gives_it_is_licensed() {
        let catalogue = Catalogue::built_in().unwrap();
        let ids = |products: Vec<&Product>| {
            products
                .into_iter()
                .map(|it| it.id.clone())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let cases = [
            ("host_sessions", &["training", "phone"][..], "held: training"),
            ("host_sessions", &["training", "meeting"], "held: meeting training"),
            ("host_sessions", &["phone"], "missing: meeting training webinar"),
            ("host_sessions", &[], "missing: meeting training webinar"),
            ("make_calls", &["training"], "missing: phone"),
            ("fly", &["training", "phone"], "nothing"),
            ("", &["training"], "nothing"),
        ];
        for (entitlement, held, expected) in cases {
            let verdict = match catalogue.judge(entitlement, |product| held.contains(&product)) {
                Verdict::SeatHeld(products) => format!("held: {}", ids(products)),
                Verdict::NoSeat(products) => format!("missing: {}", ids(products)),
                Verdict::NoProduct => "nothing".to_owned(),
            };
            assert_eq!(verdict, expected, "{entitlement} {held:?}");
        }
    }
}
