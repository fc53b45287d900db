//! Seats that are held, one by one.

use super::holder::{Subject, Tenure};

/// A seat that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Of what.
    pub product: String,
    /// Who holds it.
    pub subject: Subject,
    /// How they came by it.
    pub tenure: Tenure,
}
