//! Payment providers: who is asked for money, and answers by signed events.

mod manual;
mod simulator;

use std::fmt;

use futures::future::BoxFuture;

use crate::domain::{Charge, SignedEvent};

pub(crate) use manual::Manual;
pub(crate) use simulator::Simulator;

/// Somebody who collects money.
pub(crate) trait PaymentProvider: fmt::Debug + Send + Sync {
    /// Asks for a payment; the answer is what the provider tells at once. Most tell nothing, and send an event when they know.
    /// Asking again for the same attempt collects nothing twice.
    fn collect<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Result<Vec<SignedEvent>, CollectError>>;
}

/// The provider was not reached; the text names no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the payment provider was not reached: {0}")]
pub(crate) struct CollectError(pub(crate) String);
