//! The other services and the payment providers, in this one's terms.

mod licensing;
mod payments;

pub(crate) use licensing::{Licensing, TellError};
pub(crate) use payments::{Manual, PaymentProvider, Simulator};
