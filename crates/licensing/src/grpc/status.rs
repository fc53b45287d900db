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
            Error::RequestInProgress => plain(
                Code::Aborted,
                "REQUEST_IN_PROGRESS",
                "The same request is being worked on with other seats; try again in a minute.",
            ),
            Error::RequestStale => plain(
                Code::Aborted,
                "REQUEST_STALE",
                "The message came later than it may be carried out; send the request again.",
            ),
            Error::SeatsInUse(surplus) => in_use(&surplus),
            Error::ProductUnknown => field("product", "PRODUCT_UNKNOWN", "There is no such product."),
            Error::PageTokenInvalid => field(
                "page_token",
                "PAGE_TOKEN_INVALID",
                "The page token is not of this list.",
            ),
            Error::PageSizeInvalid => field("page_size", "PAGE_SIZE_INVALID", "A number from 0 is expected."),
            Error::EntitlementMalformed => field("entitlement", "ENTITLEMENT_MALFORMED", "A name is expected."),
            Error::IdMalformed { field: path } => field(path, "ID_MALFORMED", "An id is expected."),
            Error::Barred(barred) => barred.into(),
            Error::TooManyWatchers(refused) => refused.into(),
            Error::PersonRequired => plain(
                Code::Unauthenticated,
                "CALLER_REQUIRED",
                "Log in and send your access token.",
            ),
            Error::Storage(error) if error.is_transient() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database cannot be used");
                let message = "The service is not available at the moment; try again.";
                Refusal::new(Code::Unavailable, "UNAVAILABLE", message)
                    .retry_after(RETRY)
                    .into()
            }
            Error::Storage(error) => chassis::internal(&error),
        }
    }
}

fn plain(code: Code, reason: &'static str, message: &str) -> Status {
    Refusal::new(code, reason, message).into()
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
    use chassis::{Barred, TooManyWatchers};
    use storage::StorageError;

    #[test]
    fn every_error_has_its_code_and_reason() {
        use Code::{Aborted, FailedPrecondition, Internal, InvalidArgument, Unauthenticated, Unavailable};
        let constraint = StorageError::Constraint {
            name: "seat_pools_reserved_check".into(),
        };
        let in_use = Error::SeatsInUse([("training".to_owned(), 1)].into());
        let cases = [
            (Error::RequestInProgress, Aborted, "REQUEST_IN_PROGRESS"),
            (Error::RequestStale, Aborted, "REQUEST_STALE"),
            (in_use, FailedPrecondition, "SEATS_IN_USE"),
            (Error::ProductUnknown, InvalidArgument, "PRODUCT_UNKNOWN"),
            (Error::PageTokenInvalid, InvalidArgument, "PAGE_TOKEN_INVALID"),
            (Error::PageSizeInvalid, InvalidArgument, "PAGE_SIZE_INVALID"),
            (Error::EntitlementMalformed, InvalidArgument, "ENTITLEMENT_MALFORMED"),
            (Error::IdMalformed { field: "user_id" }, InvalidArgument, "ID_MALFORMED"),
            (Barred::SessionEnded.into(), Unauthenticated, "SESSION_ENDED"),
            (TooManyWatchers.into(), Code::ResourceExhausted, "TOO_MANY_WATCHERS"),
            (Error::PersonRequired, Unauthenticated, "CALLER_REQUIRED"),
            (Error::Storage(StorageError::Lost("gone")), Unavailable, "UNAVAILABLE"),
            (Error::Storage(constraint), Internal, "INTERNAL"),
        ];
        for (error, code, reason) in cases {
            check(error, code, reason);
        }
    }

    #[test]
    fn what_is_malformed_is_named_by_its_kind() {
        let inputs = [
            (Input::Reservation, "RESERVATION_MALFORMED"),
            (Input::Confirmation, "CONFIRMATION_MALFORMED"),
            (Input::Release, "RELEASE_MALFORMED"),
            (Input::Move, "MOVE_MALFORMED"),
            (Input::SeatTotals, "SEAT_TOTALS_MALFORMED"),
            (Input::Subjects, "SUBJECTS_MALFORMED"),
            (Input::Holders, "HOLDERS_MALFORMED"),
        ];
        for (input, reason) in inputs {
            let error = input.malformed(BadInput::new("field", "something else"));
            check(error, Code::InvalidArgument, reason);
        }
    }

    fn check(error: Error, code: Code, reason: &str) {
        let status = Status::from(error);
        assert_eq!(
            (status.code(), chassis::reason(&status).as_deref()),
            (code, Some(reason))
        );
        assert!(!status.message().contains("seat_pools"));
    }
}
