//! The catalogue: what an account can have seats of.

/// A product of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id, such as `training`.
    pub id: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// Where its getting-started guide is.
    pub guide_url: &'static str,
    /// Whether a seat lets its holder host sessions.
    pub can_host_sessions: bool,
}

/// The products there are, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalogue(&'static [Product]);

const PRODUCTS: [Product; 4] = [
    Product {
        id: "meeting",
        name: "Meeting",
        guide_url: "https://guides.usher.example/meeting",
        can_host_sessions: true,
    },
    Product {
        id: "phone",
        name: "Phone",
        guide_url: "https://guides.usher.example/phone",
        can_host_sessions: false,
    },
    Product {
        id: "training",
        name: "Training",
        guide_url: "https://guides.usher.example/training",
        can_host_sessions: true,
    },
    Product {
        id: "webinar",
        name: "Webinar",
        guide_url: "https://guides.usher.example/webinar",
        can_host_sessions: true,
    },
];

impl Catalogue {
    /// The products that Usher comes with.
    #[must_use]
    pub const fn built_in() -> Self {
        Self(&PRODUCTS)
    }

    /// All of them, in alphabetical order of ids.
    #[must_use]
    pub const fn products(&self) -> &[Product] {
        self.0
    }

    /// Whether there is a product with this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.binary_search_by_key(&id, |product| product.id).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_knows_its_products() {
        let catalogue = Catalogue::built_in();
        assert!(catalogue.products().is_sorted_by_key(|product| product.id));
        for product in catalogue.products() {
            assert!(catalogue.has(product.id), "{}", product.id);
        }
        assert!(!catalogue.has("Training"));
        assert!(!catalogue.has(""));
    }
}
