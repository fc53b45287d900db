//! The services behind the gateway, as far as it composes from them.

mod identity;
mod licensing;
mod notification;

pub use identity::Identity;
pub use licensing::Licensing;
pub use notification::Notification;

use std::time::Duration;

use chassis::{Refusal, reason};
use tonic::{Code, Status};

/// What a service's refusal means to somebody outside: its own refusals are meant for them, the rest is our trouble.
fn translate(status: Status) -> Status {
    let ours = [
        "CALLER_REQUIRED",
        "CALLER_NOT_ALLOWED",
        "GRANT_INVALID",
        "METHOD_UNKNOWN",
    ];
    let code = status.code();
    match reason(&status) {
        Some(reason) if ours.contains(&reason.as_str()) => chassis::internal(&status),
        Some(_) if matches!(code, Code::DeadlineExceeded | Code::Cancelled) => unavailable(),
        Some(_) => status,
        None => chassis::internal(&status),
    }
}

/// It is not known what has become of the call; the same again finds out.
fn unavailable() -> Status {
    Refusal::new(
        Code::Unavailable,
        "PEER_UNAVAILABLE",
        "A part of the system did not answer in time; try again.",
    )
    .retry_after(Duration::from_secs(1))
    .into()
}
