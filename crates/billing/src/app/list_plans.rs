//! Tells which plans there are.

use chassis::Caller;

use super::App;
use crate::domain::Catalogue;

impl App {
    /// The price list; the same for everybody.
    pub(crate) fn list_plans(&self, _caller: &Caller) -> &Catalogue {
        &self.catalogue
    }
}
