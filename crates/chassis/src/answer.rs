//! The answers a server gives before or instead of a handler; each carries a reason, as a handler's own do.

use std::time::Duration;

use http::{HeaderMap, Response};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::Refusal;
use crate::refusal::{broken, incident};

/// When to try again after an overload.
const RETRY: Duration = Duration::from_secs(1);

/// More calls than this process takes at once.
pub(crate) fn overloaded() -> Status {
    Refusal::new(
        Code::ResourceExhausted,
        "OVERLOADED",
        "The service is busy; try again in a moment.",
    )
    .retry_after(RETRY)
    .into()
}

/// A method that does not exist here.
pub(crate) fn unknown_method() -> Status {
    Refusal::new(Code::Unimplemented, "METHOD_UNKNOWN", "There is no such method.").into()
}

/// The handler ended in a panic.
pub(crate) fn panicked(path: &str) -> Status {
    let incident = incident();
    tracing::error!(incident, path, "a handler panicked");
    broken(&incident)
}

/// Gives an answer that has no details, and so was made by the transport and not by us, a reason and a sentence of ours:
/// tonic's own texts may say more than a caller should see.
pub(crate) fn explain(response: Response<Body>) -> Response<Body> {
    if is_plain(response.headers()) {
        return response;
    }
    match Status::from_header_map(response.headers()) {
        Some(status) if status.details().is_empty() && status.code() != Code::Ok => own(&status).into_http(),
        Some(_) | None => response,
    }
}

/// Whether an answer needs no look: it goes on in a body, or says OK, or has details. Nearly every answer ends here.
fn is_plain(headers: &HeaderMap) -> bool {
    headers.get("grpc-status").is_none_or(|code| code == "0") || headers.contains_key("grpc-status-details-bin")
}

fn own(status: &Status) -> Status {
    match status.code() {
        Code::OutOfRange => too_large(),
        Code::ResourceExhausted if status.message().contains("decompressing") => too_large(),
        Code::Unimplemented if status.message().contains("ompress") => refuse(
            Code::Unimplemented,
            "COMPRESSION_UNSUPPORTED",
            "The message is compressed in a way the service does not know.",
        ),
        Code::Unimplemented => unknown_method(),
        Code::Internal if is_malformed(status.message()) => refuse(
            Code::InvalidArgument,
            "MESSAGE_MALFORMED",
            "The message is not of the form the method takes.",
        ),
        Code::Cancelled => refuse(Code::Cancelled, "CANCELLED", "The call was cancelled."),
        Code::Unavailable => refuse(
            Code::Unavailable,
            "UNAVAILABLE",
            "The service is not available at the moment; try again.",
        ),
        Code::DeadlineExceeded => crate::deadline::exceeded(),
        Code::ResourceExhausted => overloaded(),
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => {
            let incident = incident();
            tracing::error!(incident, code = ?status.code(), error = status.message(), "an answer has no reason");
            broken(&incident)
        }
    }
}

/// The texts of tonic and prost for a message that cannot be decoded.
fn is_malformed(message: &str) -> bool {
    [
        "decode",
        "decompressing",
        "Missing request message",
        "Unexpected EOF",
        "protocol error",
    ]
    .iter()
    .any(|text| message.contains(text))
}

fn too_large() -> Status {
    refuse(
        Code::OutOfRange,
        "MESSAGE_TOO_LARGE",
        "The message is larger than the service takes.",
    )
}

fn refuse(code: Code, reason: &'static str, message: &str) -> Status {
    Refusal::new(code, reason, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason;

    fn explained(status: Status) -> (Code, Option<String>) {
        let response = explain(status.into_http());
        let status = Status::from_header_map(response.headers()).unwrap();
        (status.code(), reason(&status))
    }

    #[test]
    fn every_answer_of_the_transport_gets_a_reason() {
        let table = [
            (
                Status::out_of_range("decoded message length too large"),
                Code::OutOfRange,
                "MESSAGE_TOO_LARGE",
            ),
            (Status::unimplemented(""), Code::Unimplemented, "METHOD_UNKNOWN"),
            (
                Status::internal("failed to decode Protobuf message: x"),
                Code::InvalidArgument,
                "MESSAGE_MALFORMED",
            ),
            (Status::internal("UNIQUE constraint"), Code::Internal, "INTERNAL"),
            (Status::unknown("a path"), Code::Internal, "INTERNAL"),
            (Status::not_found("a row"), Code::Internal, "INTERNAL"),
            (Status::cancelled("Timeout expired"), Code::Cancelled, "CANCELLED"),
        ];
        for (status, code, expected) in table {
            assert_eq!(
                explained(status.clone()),
                (code, Some(expected.to_owned())),
                "{status:?}"
            );
        }
    }

    #[test]
    fn an_answer_with_a_reason_is_left_alone() {
        let status: Status = Refusal::new(Code::NotFound, "USER_NOT_FOUND", "There is no such user.").into();
        assert_eq!(explained(status), (Code::NotFound, Some("USER_NOT_FOUND".into())));
    }
}
