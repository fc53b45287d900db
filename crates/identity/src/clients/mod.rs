//! The peers, in identity's own words.

mod billing;
mod licensing;
mod notification;

pub use billing::Billing;
pub use licensing::{Licensing, Reserved};
pub use notification::{BillingLetter, Letter, NoticeLetter, Notification, Words};

use std::collections::BTreeSet;

use tonic::{Code, Status};

use crate::domain::error::Error;

/// A peer's refusal of an order, as the relay must know it.
#[derive(Debug)]
pub enum Refused {
    /// Never possible: the order itself is wrong.
    Malformed(String),
    /// Not possible now.
    Later(String),
    /// Done, but for those of the batch with these indexes, which are not possible now.
    Partly(BTreeSet<usize>, String),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        let text = format!("{:?}/{}", status.code(), chassis::reason(&status).unwrap_or_default());
        match status.code() {
            Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::AlreadyExists => {
                Self::Malformed(text)
            }
            Code::Ok
            | Code::Cancelled
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
            | Code::Unauthenticated => Self::Later(text),
        }
    }
}

/// A peer's failure to answer a question.
fn unavailable(peer: &'static str) -> impl Fn(Status) -> Error {
    move |status| Error::PeerUnavailable {
        peer,
        detail: format!("{:?}: {}", status.code(), status.message()),
    }
}
