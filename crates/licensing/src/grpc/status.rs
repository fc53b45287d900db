//! What a caller is told when licensing refuses.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::Refusal;
use tonic::{Code, Status};

use crate::app::{Error, Input};

/// When to try again after the database could not be reached.
const RETRY: Duration = Duration::from_secs(1);

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Malformed { input, bad } => {
                let reason = malformed(input);
                let message = format!("{} is refused: {}.", bad.field, bad.problem);
                Refusal::new(Code::InvalidArgument, reason, message)
                    .field(bad.field, reason, bad.problem)
                    .into()
            }
            Error::RequestInProgress => Refusal::new(
                Code::Aborted,
                "REQUEST_IN_PROGRESS",
                "The same request is being worked on with other seats; try again in a minute.",
            )
            .into(),
            Error::RequestStale => Refusal::new(
                Code::Aborted,
                "REQUEST_STALE",
                "The message came later than it may be carried out; send the request again.",
            )
            .into(),
            Error::SeatsInUse(surplus) => in_use(&surplus),
            Error::ProductUnknown => field("product", "PRODUCT_UNKNOWN", "There is no such product."),
            Error::PageTokenInvalid => field(
                "page_token",
                "PAGE_TOKEN_INVALID",
                "The page token is not of this list.",
            ),
            Error::PersonRequired => Refusal::new(
                Code::Unauthenticated,
                "CALLER_REQUIRED",
                "Log in and send your access token.",
            )
            .into(),
            Error::Storage(error) if error.is_transient() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database cannot be used");
                Refusal::new(
                    Code::Unavailable,
                    "UNAVAILABLE",
                    "The service is not available at the moment; try again.",
                )
                .retry_after(RETRY)
                .into()
            }
            Error::Storage(error) => chassis::internal(&error),
        }
    }
}

fn in_use(surplus: &BTreeMap<String, i64>) -> Status {
    let refusal = Refusal::new(
        Code::FailedPrecondition,
        "SEATS_IN_USE",
        "More seats are held than there would be; take some from their holders first.",
    );
    let tell = |refusal: Refusal, (product, count): (&String, &i64)| {
        refusal
            .quota(product, format!("{count} seats too many are held"))
            .metadata(product, count.to_string())
    };
    surplus.iter().fold(refusal, tell).into()
}

fn field(path: &str, reason: &'static str, message: &str) -> Status {
    Refusal::new(Code::InvalidArgument, reason, message)
        .field(path, reason, message)
        .into()
}

const fn malformed(input: Input) -> &'static str {
    match input {
        Input::Reservation => "RESERVATION_MALFORMED",
        Input::Confirmation => "CONFIRMATION_MALFORMED",
        Input::Release => "RELEASE_MALFORMED",
        Input::Move => "MOVE_MALFORMED",
        Input::SeatTotals => "SEAT_TOTALS_MALFORMED",
        Input::Subjects => "SUBJECTS_MALFORMED",
        Input::Holders => "HOLDERS_MALFORMED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bad_input::BadInput;
    use storage::StorageError;

    #[test]
    fn every_error_has_its_code_and_reason() {
        let constraint = StorageError::Constraint {
            name: "seat_pools_reserved_check".into(),
        };
        let cases = [
            (Error::RequestInProgress, Code::Aborted, "REQUEST_IN_PROGRESS"),
            (Error::RequestStale, Code::Aborted, "REQUEST_STALE"),
            (
                Error::SeatsInUse([("training".to_owned(), 1)].into()),
                Code::FailedPrecondition,
                "SEATS_IN_USE",
            ),
            (Error::ProductUnknown, Code::InvalidArgument, "PRODUCT_UNKNOWN"),
            (Error::PageTokenInvalid, Code::InvalidArgument, "PAGE_TOKEN_INVALID"),
            (Error::PersonRequired, Code::Unauthenticated, "CALLER_REQUIRED"),
            (
                Error::Storage(StorageError::Lost("gone")),
                Code::Unavailable,
                "UNAVAILABLE",
            ),
            (Error::Storage(constraint), Code::Internal, "INTERNAL"),
        ];
        let inputs = [
            (Input::Reservation, "RESERVATION_MALFORMED"),
            (Input::Confirmation, "CONFIRMATION_MALFORMED"),
            (Input::Release, "RELEASE_MALFORMED"),
            (Input::Move, "MOVE_MALFORMED"),
            (Input::SeatTotals, "SEAT_TOTALS_MALFORMED"),
            (Input::Subjects, "SUBJECTS_MALFORMED"),
            (Input::Holders, "HOLDERS_MALFORMED"),
        ];
        let bad = |(input, reason): (Input, _)| {
            (
                input.malformed(BadInput::new("field", "something else")),
                Code::InvalidArgument,
                reason,
            )
        };
        for (error, code, reason) in cases.into_iter().chain(inputs.map(bad)) {
            let status = Status::from(error);
            assert_eq!(
                (status.code(), chassis::reason(&status).as_deref()),
                (code, Some(reason))
            );
            assert!(!status.message().contains("seat_pools"));
        }
    }
}
