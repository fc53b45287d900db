//! The one place where an error becomes a status.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::Refusal;
use tonic::{Code, Status};

use crate::domain::{ChangeRefused, Fault, InvoiceState};
use crate::error::{Difference, Error};

/// When to try again after something was out of reach.
const RETRY: Duration = Duration::from_secs(1);

/// A refusal that has nothing more to say: its code, its reason, and what to do.
type Words = (Code, &'static str, &'static str);

const CALLER_REQUIRED: Words = (
    Code::Unauthenticated,
    "CALLER_REQUIRED",
    "Log in and send your access token.",
);
const PLAN_NOT_FOUND: Words = (
    Code::NotFound,
    "PLAN_NOT_FOUND",
    "There is no such plan; ListPlans names them all.",
);
const SUBSCRIPTION_NOT_FOUND: Words = (
    Code::NotFound,
    "SUBSCRIPTION_NOT_FOUND",
    "The account has no subscription yet.",
);
const SUBSCRIPTION_EXISTS: Words = (
    Code::AlreadyExists,
    "SUBSCRIPTION_EXISTS",
    "The account has a subscription already.",
);
const REQUEST_ID_REUSED: Words = (
    Code::InvalidArgument,
    "REQUEST_ID_REUSED",
    "Another request had this id; take a new one.",
);
const REQUEST_ID_EXPIRED: Words = (
    Code::InvalidArgument,
    "REQUEST_ID_EXPIRED",
    "The request is older than 7 days; look at what it did.",
);
const PREVIEW_INVALID: Words = (
    Code::InvalidArgument,
    "PREVIEW_INVALID",
    "The preview token is not one of this account's; send it as PreviewChange answered it.",
);
const PREVIEW_EXPIRED: Words = (
    Code::FailedPrecondition,
    "PREVIEW_EXPIRED",
    "The preview is too old; ask for a new one.",
);
const PERIOD_OVER: Words = (
    Code::FailedPrecondition,
    "PERIOD_OVER",
    "What was paid for is over; PreviewChange says what beginning anew costs.",
);
const INVOICE_NOT_FOUND: Words = (
    Code::NotFound,
    "INVOICE_NOT_FOUND",
    "The account has no such invoice; ListInvoices names them all.",
);
const ETAG_MISMATCH: Words = (
    Code::Aborted,
    "ETAG_MISMATCH",
    "It was changed meanwhile; read it again.",
);
const SIGNATURE_INVALID: Words = (
    Code::PermissionDenied,
    "SIGNATURE_INVALID",
    "The event is not the payment provider's, or was signed more than 5 minutes ago.",
);
const SANDBOX_OFF: Words = (
    Code::FailedPrecondition,
    "SANDBOX_OFF",
    "Time goes by by itself here; clocks are moved in a sandbox only.",
);
const CHANGE_IN_PROGRESS: Words = (
    Code::Aborted,
    "CHANGE_IN_PROGRESS",
    "Another change is being made; try again.",
);

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::CallerRequired => refuse(CALLER_REQUIRED),
            Error::AccountIdMalformed(invalid) => invalid_field("ID_MALFORMED", "account_id", &invalid),
            Error::TimeZoneUnknown(invalid) => invalid_field("TIME_ZONE_UNKNOWN", "time_zone", &invalid),
            Error::RequestIdMalformed => invalid_field("REQUEST_ID_MALFORMED", "request_id", &types::InvalidRequestId),
            Error::RequestIdReused => refuse(REQUEST_ID_REUSED),
            Error::RequestIdExpired => refuse(REQUEST_ID_EXPIRED),
            Error::PlanNotFound => refuse(PLAN_NOT_FOUND),
            Error::SubscriptionNotFound => refuse(SUBSCRIPTION_NOT_FOUND),
            Error::SubscriptionExists => refuse(SUBSCRIPTION_EXISTS),
            Error::Change(refused) => change(refused),
            Error::Money(error) => change(error.into()),
            Error::PreviewInvalid => refuse(PREVIEW_INVALID),
            Error::PreviewExpired => refuse(PREVIEW_EXPIRED),
            Error::PreviewOutdated(difference) => outdated(*difference),
            Error::PeriodOver => refuse(PERIOD_OVER),
            Error::SeatsInUse(surplus) => in_use(surplus),
            Error::InvoiceNotFound => refuse(INVOICE_NOT_FOUND),
            Error::InvoiceState(state) => invoice_state(state),
            Error::IdMalformed(field) => invalid_field("ID_MALFORMED", field, &error),
            Error::PageSizeInvalid => invalid_field("PAGE_SIZE_INVALID", "page_size", &error),
            Error::PageTokenInvalid => invalid_field("PAGE_TOKEN_INVALID", "page_token", &error),
            Error::InformationInvalid(faults) => {
                let text = "The billing information cannot be taken.";
                invalid(
                    Refusal::new(Code::InvalidArgument, "BILLING_INFORMATION_INVALID", text),
                    faults,
                )
            }
            Error::EtagMismatch => refuse(ETAG_MISMATCH),
            Error::SignatureInvalid => refuse(SIGNATURE_INVALID),
            Error::PaymentEventMalformed => invalid_field("PAYMENT_EVENT_MALFORMED", "body", &error),
            Error::SandboxOff => refuse(SANDBOX_OFF),
            Error::TimeNotAhead => invalid_field("TIME_NOT_AHEAD", "time", &error),
            Error::ChangeInProgress => refuse(CHANGE_IN_PROGRESS),
            Error::LicensingUnavailable(reason) => {
                tracing::warn!(reason, "licensing is not available");
                unavailable()
            }
            Error::LicensingRefused(_) | Error::Rendering(_) => chassis::internal(&error),
            Error::Storage(error) if error.is_transient() => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the database is not available");
                unavailable()
            }
            Error::Storage(error) => chassis::internal(&error),
        }
    }
}

fn change(refused: ChangeRefused) -> Status {
    let no = |reason, text| refuse((Code::FailedPrecondition, reason, text));
    match refused {
        ChangeRefused::PlanNotFound => refuse(PLAN_NOT_FOUND),
        ChangeRefused::PlanNotForSale => no("PLAN_NOT_FOR_SALE", "The plan is only a trial for new accounts."),
        ChangeRefused::Pending => no(
            "CHANGE_PENDING",
            "Another change is still to come; ResumeSubscription withdraws it.",
        ),
        ChangeRefused::Nothing => no("NOTHING_TO_CHANGE", "The subscription is like that already."),
        ChangeRefused::Currency => no(
            "CURRENCY_MISMATCH",
            "The account pays in another currency than the plan's.",
        ),
        ChangeRefused::State(state) => Refusal::new(
            Code::FailedPrecondition,
            "SUBSCRIPTION_STATE",
            "The subscription's state does not allow this.",
        )
        .metadata("state", state.as_str())
        .into(),
        ChangeRefused::Overflow => refuse((
            Code::InvalidArgument,
            "AMOUNT_TOO_LARGE",
            "The amount is more than can be counted; ask for fewer seats.",
        )),
        ChangeRefused::Invalid(faults) => {
            let text = "The change cannot be made as it is asked for.";
            invalid(Refusal::new(Code::InvalidArgument, "CHANGE_INVALID", text), faults)
        }
    }
}

/// Names each field that is wrong.
fn invalid(refusal: Refusal, faults: Vec<Fault>) -> Status {
    let add = |refusal: Refusal, fault: Fault| refusal.field(fault.field, fault.reason, fault.description);
    faults.into_iter().fold(refusal, add).into()
}

fn invoice_state(state: InvoiceState) -> Status {
    let text = "The invoice's state does not allow this.";
    Refusal::new(Code::FailedPrecondition, "INVOICE_STATE", text)
        .metadata("state", state.as_str())
        .into()
}

fn outdated(difference: Difference) -> Status {
    let text = "The change would not be what was shown any more; look at a new preview.";
    Refusal::new(Code::FailedPrecondition, "PREVIEW_OUTDATED", text)
        .metadata("shown_total", difference.shown_total.minor_units.to_string())
        .metadata("total", difference.total.minor_units.to_string())
        .metadata("shown_due", difference.shown_due.minor_units.to_string())
        .metadata("due", difference.due.minor_units.to_string())
        .metadata("currency", difference.total.currency.to_string())
        .into()
}

fn in_use(surplus: BTreeMap<String, i64>) -> Status {
    let text = "More seats are held than would be left; release some, or change at the period's end.";
    let refusal = Refusal::new(Code::FailedPrecondition, "SEATS_IN_USE", text);
    let add = |refusal: Refusal, (product, count): (String, i64)| {
        let description = format!("{count} more are assigned or reserved than would be left");
        refusal
            .quota(product.clone(), description)
            .metadata(product, count.to_string())
    };
    surplus.into_iter().fold(refusal, add).into()
}

fn unavailable() -> Status {
    let text = "The service is not available at the moment; try again.";
    Refusal::new(Code::Unavailable, "UNAVAILABLE", text)
        .retry_after(RETRY)
        .into()
}

fn invalid_field(reason: &'static str, field: &str, invalid: &impl std::fmt::Display) -> Status {
    Refusal::new(Code::InvalidArgument, reason, format!("{field} is wrong."))
        .field(field, reason, invalid.to_string())
        .into()
}

fn refuse((code, reason, message): Words) -> Status {
    Refusal::new(code, reason, message).into()
}

#[cfg(test)]
mod tests {
    use storage::StorageError;
    use types::{Currency, Money, MoneyError};

    use super::*;
    use crate::domain::State;

    #[test]
    fn every_error_has_its_code_and_reason() {
        let malformed = "acc_".parse::<types::AccountId>().unwrap_err();
        let constraint = StorageError::Constraint {
            name: "subscriptions_pkey".to_owned(),
        };
        let zero = Money::zero(Currency::parse("EUR").unwrap());
        let difference = Difference {
            shown_total: zero,
            total: zero,
            shown_due: zero,
            due: zero,
        };
        let (bad, no) = (Code::InvalidArgument, Code::FailedPrecondition);
        let table = [
            (Error::CallerRequired, Code::Unauthenticated, "CALLER_REQUIRED"),
            (malformed.into(), bad, "ID_MALFORMED"),
            (types::InvalidTimeZone.into(), bad, "TIME_ZONE_UNKNOWN"),
            (Error::RequestIdMalformed, bad, "REQUEST_ID_MALFORMED"),
            (Error::RequestIdReused, bad, "REQUEST_ID_REUSED"),
            (Error::RequestIdExpired, bad, "REQUEST_ID_EXPIRED"),
            (Error::PlanNotFound, Code::NotFound, "PLAN_NOT_FOUND"),
            (Error::SubscriptionNotFound, Code::NotFound, "SUBSCRIPTION_NOT_FOUND"),
            (Error::SubscriptionExists, Code::AlreadyExists, "SUBSCRIPTION_EXISTS"),
            (Error::PreviewInvalid, bad, "PREVIEW_INVALID"),
            (Error::PreviewExpired, no, "PREVIEW_EXPIRED"),
            (Error::PreviewOutdated(Box::new(difference)), no, "PREVIEW_OUTDATED"),
            (Error::PeriodOver, no, "PERIOD_OVER"),
            (Error::SeatsInUse([("a".to_owned(), 1)].into()), no, "SEATS_IN_USE"),
            (Error::InvoiceNotFound, Code::NotFound, "INVOICE_NOT_FOUND"),
            (Error::InvoiceState(InvoiceState::Void), no, "INVOICE_STATE"),
            (Error::IdMalformed("invoice_id"), bad, "ID_MALFORMED"),
            (Error::PageSizeInvalid, bad, "PAGE_SIZE_INVALID"),
            (Error::PageTokenInvalid, bad, "PAGE_TOKEN_INVALID"),
            (Error::InformationInvalid(vec![]), bad, "BILLING_INFORMATION_INVALID"),
            (Error::EtagMismatch, Code::Aborted, "ETAG_MISMATCH"),
            (Error::SignatureInvalid, Code::PermissionDenied, "SIGNATURE_INVALID"),
            (Error::PaymentEventMalformed, bad, "PAYMENT_EVENT_MALFORMED"),
            (Error::SandboxOff, no, "SANDBOX_OFF"),
            (Error::TimeNotAhead, bad, "TIME_NOT_AHEAD"),
            (Error::ChangeInProgress, Code::Aborted, "CHANGE_IN_PROGRESS"),
            (
                Error::LicensingUnavailable(String::new()),
                Code::Unavailable,
                "UNAVAILABLE",
            ),
            (Error::LicensingRefused(String::new()), Code::Internal, "INTERNAL"),
            (StorageError::Lost("gone").into(), Code::Unavailable, "UNAVAILABLE"),
            (constraint.into(), Code::Internal, "INTERNAL"),
        ];
        table.into_iter().for_each(check);
    }

    #[test]
    fn every_change_that_is_refused_has_its_code_and_reason() {
        let (bad, no) = (Code::InvalidArgument, Code::FailedPrecondition);
        let table = [
            (ChangeRefused::PlanNotFound.into(), Code::NotFound, "PLAN_NOT_FOUND"),
            (ChangeRefused::PlanNotForSale.into(), no, "PLAN_NOT_FOR_SALE"),
            (ChangeRefused::Pending.into(), no, "CHANGE_PENDING"),
            (ChangeRefused::Nothing.into(), no, "NOTHING_TO_CHANGE"),
            (ChangeRefused::Currency.into(), no, "CURRENCY_MISMATCH"),
            (ChangeRefused::State(State::Grace).into(), no, "SUBSCRIPTION_STATE"),
            (ChangeRefused::Invalid(vec![]).into(), bad, "CHANGE_INVALID"),
            (MoneyError::Overflow.into(), bad, "AMOUNT_TOO_LARGE"),
        ];
        table.into_iter().for_each(check);
    }

    fn check((error, code, reason): (Error, Code, &str)) {
        let status = Status::from(error);
        assert_eq!(
            (status.code(), chassis::reason(&status).as_deref()),
            (code, Some(reason))
        );
    }

    #[test]
    fn a_change_that_is_none_names_its_fields() {
        use tonic_types::StatusExt;
        let fault = Fault {
            field: "seats[1].seats".to_owned(),
            reason: "SEATS_OUT_OF_RANGE",
            description: "1 or more".to_owned(),
        };
        let status = Status::from(Error::from(ChangeRefused::Invalid(vec![fault])));
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "seats[1].seats");
        assert_eq!(violations[0].reason, "SEATS_OUT_OF_RANGE");
    }
}
