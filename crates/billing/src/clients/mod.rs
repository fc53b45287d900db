//! The other services, in this one's terms.

mod licensing;

pub(crate) use licensing::{Licensing, TellError};
