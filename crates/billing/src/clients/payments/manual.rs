//! Invoices are paid by transfer, and marked as paid by a person who has seen the money.

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::{CollectError, PaymentProvider};
use crate::domain::{Charge, SignedEvent};

/// Asks nobody: the invoice itself asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manual;

impl PaymentProvider for Manual {
    fn collect<'a>(&'a self, _charge: &'a Charge) -> BoxFuture<'a, Result<Vec<SignedEvent>, CollectError>> {
        ready(Ok(vec![])).boxed()
    }
}
