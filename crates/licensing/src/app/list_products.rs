//! Lists the catalogue.

use chassis::Caller;

use super::App;
use crate::domain::product::Product;

impl App {
    /// Every product, in alphabetical order of ids.
    pub fn list_products(&self, _caller: &Caller) -> &[Product] {
        self.catalogue.products()
    }
}
