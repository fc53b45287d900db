//! The products there are, as licensing tells them.

use std::collections::{BTreeMap, BTreeSet};

/// A product.
#[derive(Clone, Debug)]
pub struct Product {
    /// The name people know it by.
    pub name: String,
    /// Where its getting-started guide is.
    pub guide_url: String,
    /// What a seat entitles its holder to.
    pub entitlements: BTreeSet<String>,
}

/// All products, by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The ids alone.
    pub ids: BTreeSet<String>,
    /// What each id stands for.
    pub products: BTreeMap<String, Product>,
}

impl Catalogue {
    /// A catalogue of these products.
    pub fn new(products: impl IntoIterator<Item = (String, Product)>) -> Self {
        let products: BTreeMap<_, _> = products.into_iter().collect();
        Self {
            ids: products.keys().cloned().collect(),
            products,
        }
    }
}
