//! The one place where an error becomes a status.

use std::time::Duration;

use chassis::Refusal;
use storage::StorageError;
use tonic::{Code, Status};

use crate::domain::Violation;
use crate::error::Error;

/// When to try again after the database was out of reach.
const RETRY: Duration = Duration::from_secs(1);
/// The most fields that one answer names: an answer's details travel in headers, which are bounded.
const MAX_VIOLATIONS: usize = 20;

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::CallerRequired => plain(
                Code::Unauthenticated,
                "CALLER_REQUIRED",
                "Log in and send your access token.",
            ),
            Error::MailMalformed(violations) => refuse(
                "MAIL_MALFORMED",
                "Nothing was queued: correct the fields that are named.",
                &violations,
            ),
            Error::DeliveryNotFound => plain(
                Code::NotFound,
                "DELIVERY_NOT_FOUND",
                "There is no such e-mail in your account.",
            ),
            Error::SandboxRequired => plain(
                Code::FailedPrecondition,
                "SANDBOX_REQUIRED",
                "E-mails are for people here, and shown to nobody else.",
            ),
            Error::TooManyWatchers(refused) => refused.into(),
            Error::Barred(barred) => barred.into(),
            Error::AddressMalformed(violation) => refuse("ADDRESS_MALFORMED", "Correct the address.", &[violation]),
            Error::SuppressionNotFound => plain(
                Code::NotFound,
                "SUPPRESSION_NOT_FOUND",
                "Nothing keeps e-mails from this address.",
            ),
            Error::WordingMalformed(violation) => refuse(
                "WORDING_MALFORMED",
                "Nothing was kept: correct the words that are named.",
                &[violation],
            ),
            Error::Render(error) => chassis::internal(&*error),
            Error::IdMalformed(violations) => refuse("ID_MALFORMED", "Correct the ids that are named.", &violations),
            Error::ListMalformed(violation) => {
                refuse("LIST_MALFORMED", "Correct the field that is named.", &[violation])
            }
            Error::PageTokenInvalid(error) => refuse(
                "PAGE_TOKEN_INVALID",
                "Send the token of the last answer with the same filter, or none to begin again.",
                &[Violation {
                    field: "page_token".to_owned(),
                    problem: error.to_string(),
                }],
            ),
            Error::Storage(error) => unstored(&error),
        }
    }
}

fn plain(code: Code, reason: &'static str, message: &str) -> Status {
    Refusal::new(code, reason, message).into()
}

fn unstored(error: &StorageError) -> Status {
    if !error.is_transient() {
        return chassis::internal(error);
    }
    tracing::warn!(error = error as &dyn std::error::Error, "the database is not available");
    let message = "The service is not available at the moment; try again.";
    Refusal::new(Code::Unavailable, "UNAVAILABLE", message)
        .retry_after(RETRY)
        .into()
}

fn refuse(reason: &'static str, message: &str, violations: &[Violation]) -> Status {
    let mut refusal = Refusal::new(Code::InvalidArgument, reason, message);
    for violation in violations.iter().take(MAX_VIOLATIONS) {
        refusal = refusal.field(&violation.field, reason, &violation.problem);
    }
    refusal.into()
}

#[cfg(test)]
mod tests {
    use chassis::{Barred, TooManyWatchers};
    use storage::InvalidPageToken;

    use super::*;

    #[test]
    fn every_error_has_its_code_and_reason() {
        let violation = || Violation {
            field: "mails[0].to".into(),
            problem: "is not one".into(),
        };
        let constraint = StorageError::Constraint {
            name: "mails_pkey".to_owned(),
        };
        let malformed = |error, reason| (error, Code::InvalidArgument, reason);
        let table = [
            (Error::CallerRequired, Code::Unauthenticated, "CALLER_REQUIRED"),
            malformed(Error::MailMalformed(vec![violation()]), "MAIL_MALFORMED"),
            malformed(Error::AddressMalformed(violation()), "ADDRESS_MALFORMED"),
            (Error::SuppressionNotFound, Code::NotFound, "SUPPRESSION_NOT_FOUND"),
            (Error::DeliveryNotFound, Code::NotFound, "DELIVERY_NOT_FOUND"),
            (Error::SandboxRequired, Code::FailedPrecondition, "SANDBOX_REQUIRED"),
            (TooManyWatchers.into(), Code::ResourceExhausted, "TOO_MANY_WATCHERS"),
            (Barred::SessionEnded.into(), Code::Unauthenticated, "SESSION_ENDED"),
            malformed(Error::WordingMalformed(violation()), "WORDING_MALFORMED"),
            (Error::Render("no shape".into()), Code::Internal, "INTERNAL"),
            malformed(Error::IdMalformed(vec![violation()]), "ID_MALFORMED"),
            malformed(Error::ListMalformed(violation()), "LIST_MALFORMED"),
            (InvalidPageToken.into(), Code::InvalidArgument, "PAGE_TOKEN_INVALID"),
            (StorageError::Lost("gone").into(), Code::Unavailable, "UNAVAILABLE"),
            (constraint.into(), Code::Internal, "INTERNAL"),
        ];
        for (error, code, reason) in table {
            let status = Status::from(error);
            assert_eq!(
                (status.code(), chassis::reason(&status).as_deref()),
                (code, Some(reason))
            );
        }
    }

    #[test]
    fn a_thousand_violations_do_not_burst_the_answer() {
        let long = Violation {
            field: "mails[999].products[99].guide_url".into(),
            problem: "a link is expected".into(),
        };
        let status = Status::from(Error::MailMalformed(vec![long; 6_000]));
        assert!(status.details().len() < 4_096, "{}", status.details().len());
    }
}
