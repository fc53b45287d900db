//! Whom invoices are addressed to, and how they are paid.

use serde::{Deserialize, Serialize};

/// What stands on an account's invoices. All of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BillingInformation {
    pub(crate) company: String,
    pub(crate) address_lines: Vec<String>,
    pub(crate) city: String,
    pub(crate) postal_code: String,
    pub(crate) region: String,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: String,
    pub(crate) tax_id: String,
    pub(crate) invoice_email: String,
    pub(crate) purchase_order: String,
    /// What the payment provider calls the way to pay.
    pub(crate) payment_method: String,
}
