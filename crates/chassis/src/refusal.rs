//! Building the answers that say no: a canonical code, a reason for machines, a sentence for people, and details.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// The domain of every reason.
pub const DOMAIN: &str = "usher";

/// A refusal under construction; turned into a [`Status`] with `into()`.
#[derive(Clone, Debug)]
pub struct Refusal {
    code: Code,
    reason: &'static str,
    message: String,
    metadata: HashMap<String, String>,
    fields: Vec<FieldViolation>,
    details: ErrorDetails,
}

impl Refusal {
    /// A refusal with its canonical code, its reason and a sentence that tells the caller what to do.
    pub fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            fields: Vec::new(),
            details: ErrorDetails::new(),
        }
    }

    /// Names one bad field by its path (`users[3].email`).
    #[must_use]
    pub fn field(mut self, path: impl Into<String>, reason: impl Into<String>, description: impl Into<String>) -> Self {
        let mut violation = FieldViolation::new(path, description);
        violation.reason = reason.into();
        self.fields.push(violation);
        self
    }

    /// Names one quota that does not suffice.
    #[must_use]
    pub fn quota(mut self, subject: impl Into<String>, description: impl Into<String>) -> Self {
        self.details.add_quota_failure_violation(subject, description);
        self
    }

    /// Names one thing that must be otherwise first: its kind, what has it, and a sentence.
    #[must_use]
    pub fn precondition(
        mut self,
        kind: impl Into<String>,
        subject: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        self.details
            .add_precondition_failure_violation(kind, subject, description);
        self
    }

    /// Tells after how long a retry makes sense.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.details.set_retry_info(Some(delay));
        self
    }

    /// Adds a fact for machines.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let Refusal {
            code,
            reason,
            message,
            metadata,
            fields,
            mut details,
        } = refusal;
        if !fields.is_empty() {
            details.set_bad_request(fields);
        }
        details.set_error_info(reason, DOMAIN, metadata);
        Self::with_error_details(code, message, details)
    }
}

/// The reason a status carries, if it is one of ours.
#[must_use]
pub fn reason(status: &Status) -> Option<String> {
    status
        .get_details_error_info()
        .filter(|info| info.domain == DOMAIN)
        .map(|info| info.reason)
}

/// Answers an error that is not the caller's: logs the chain of causes once, and tells the caller nothing but the number
/// of the incident, by which the log entry is found.
pub fn internal(error: &(dyn Error + 'static)) -> Status {
    let incident = incident();
    tracing::error!(
        incident,
        error = chain(error),
        "a request failed for an internal reason"
    );
    broken(&incident)
}

/// What a caller is told about an internal error.
pub(crate) fn broken(incident: &str) -> Status {
    let message =
        format!("Something went wrong on our side; try again later, and quote incident {incident} if it goes on.");
    Refusal::new(Code::Internal, "INTERNAL", message)
        .metadata("incident", incident)
        .into()
}

/// A new number to find a log entry by.
pub(crate) fn incident() -> String {
    format!("{:016x}", rand::random::<u64>())
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let _ = write!(text, ": {source}");
        cause = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_reason_fields_quotas_and_delay() {
        let status: Status = Refusal::new(Code::InvalidArgument, "USERS_INVALID", "Two rows are wrong.")
            .field("users[3].email", "EMAIL_INVALID", "is not an address")
            .field("users[4].email", "EMAIL_TWICE", "was given before")
            .quota("training", "2 requested, 1 available")
            .precondition("OTHER_USERS", "account", "2 other users")
            .retry_after(Duration::from_secs(2))
            .metadata("limit", "1000")
            .into();
        assert_eq!(
            (status.code(), reason(&status).as_deref()),
            (Code::InvalidArgument, Some("USERS_INVALID"))
        );
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!(
            (info.domain.as_str(), info.metadata["limit"].as_str()),
            ("usher", "1000")
        );
        let violations = &details.bad_request().unwrap().field_violations;
        let fields: Vec<_> = violations
            .iter()
            .map(|v| (v.field.as_str(), v.reason.as_str()))
            .collect();
        assert_eq!(
            fields,
            [("users[3].email", "EMAIL_INVALID"), ("users[4].email", "EMAIL_TWICE")]
        );
        assert_eq!(details.quota_failure().unwrap().violations[0].subject, "training");
        assert_eq!(
            details.precondition_failure().unwrap().violations[0].r#type,
            "OTHER_USERS"
        );
        assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(2)));
    }

    #[test]
    fn an_internal_error_leaks_nothing() {
        let status = internal(&std::io::Error::other(
            "UNIQUE constraint failed: users.email in /var/db",
        ));
        assert_eq!(
            (status.code(), reason(&status).as_deref()),
            (Code::Internal, Some("INTERNAL"))
        );
        assert!(!status.message().contains("users.email"), "{}", status.message());
        let details = String::from_utf8_lossy(status.details()).into_owned();
        assert!(!details.contains("constraint"), "{details}");
    }

    #[test]
    fn a_reason_of_another_domain_is_not_ours() {
        let status = Status::with_error_details(
            Code::Internal,
            "",
            ErrorDetails::with_error_info("X", "else", HashMap::new()),
        );
        assert_eq!(reason(&status), None);
    }
}
