//! The one place where an error becomes a status.

use std::time::Duration;

use chassis::Refusal;
use tonic::{Code, Status};

use crate::error::Error;

/// When to try again after the database was out of reach.
const RETRY: Duration = Duration::from_secs(1);

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::CallerRequired => refuse(
                Code::Unauthenticated,
                "CALLER_REQUIRED",
                "Log in and send your access token.",
            ),
            Error::AccountIdMalformed(invalid) => {
                Refusal::new(Code::InvalidArgument, "ID_MALFORMED", "The account's id is malformed.")
                    .field("account_id", "ID_MALFORMED", invalid.to_string())
                    .into()
            }
            Error::PlanNotFound => refuse(
                Code::NotFound,
                "PLAN_NOT_FOUND",
                "There is no such plan; ListPlans names them all.",
            ),
            Error::SubscriptionNotFound => refuse(
                Code::NotFound,
                "SUBSCRIPTION_NOT_FOUND",
                "The account has no subscription yet.",
            ),
            Error::SubscriptionExists => refuse(
                Code::AlreadyExists,
                "SUBSCRIPTION_EXISTS",
                "The account has a subscription already.",
            ),
            Error::Storage(error) if error.is_transient() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the database is not available"
                );
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

fn refuse(code: Code, reason: &'static str, message: &str) -> Status {
    Refusal::new(code, reason, message).into()
}

#[cfg(test)]
mod tests {
    use storage::StorageError;

    use super::*;

    #[test]
    fn every_error_has_its_code_and_reason() {
        let malformed = "acc_".parse::<types::AccountId>().unwrap_err();
        let constraint = StorageError::Constraint {
            name: "subscriptions_pkey".to_owned(),
        };
        let table = [
            (Error::CallerRequired, Code::Unauthenticated, "CALLER_REQUIRED"),
            (malformed.into(), Code::InvalidArgument, "ID_MALFORMED"),
            (Error::PlanNotFound, Code::NotFound, "PLAN_NOT_FOUND"),
            (Error::SubscriptionNotFound, Code::NotFound, "SUBSCRIPTION_NOT_FOUND"),
            (Error::SubscriptionExists, Code::AlreadyExists, "SUBSCRIPTION_EXISTS"),
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
}
