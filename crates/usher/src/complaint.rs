//! What is said when a command fails: what is wrong, where, and what to do next.

use std::fmt::Write as _;
use std::io;

use storage::SchemaMismatch;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::exit::Exit;
use crate::output::printable;

/// A failure that was found here and not by a server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// There is no session to use.
    #[error("{0}; log in with `usher login`")]
    NotLoggedIn(String),
    /// Nothing has the name that was given.
    #[error("{0}")]
    NotFound(String),
    /// What was given cannot be used.
    #[error("{0}")]
    BadInput(String),
    /// Nobody answers.
    #[error("{0}")]
    Unavailable(String),
}

/// How the program ends because of an error, and what it says; nothing when whoever reads the output has gone away.
pub(crate) fn explain(error: &anyhow::Error) -> (Exit, String) {
    if let Some(status) = error.downcast_ref::<Status>() {
        let contexts = error.chain().take_while(|cause| !cause.is::<Status>());
        let contexts: String = contexts.map(|context| format!("{context}: ")).collect();
        return (Exit::of(status.code()), refused(&contexts, status));
    }
    if let Some(problem) = error.downcast_ref::<Problem>() {
        let exit = match problem {
            Problem::NotLoggedIn(_) => Exit::NotLoggedIn,
            Problem::NotFound(_) => Exit::NotFound,
            Problem::BadInput(_) => Exit::BadInput,
            Problem::Unavailable(_) => Exit::Unavailable,
        };
        return (exit, format!("error: {}\n", printable(&format!("{error:#}"))));
    }
    // Another program has to come first: nothing here is broken.
    if error.chain().any(|cause| cause.is::<SchemaMismatch>()) {
        return (Exit::BadInput, format!("error: {error:#}\n"));
    }
    let gone = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(gone))
    {
        return (Exit::Done, String::new());
    }
    (Exit::Wrong, format!("error: {error:#}\n"))
}

/// Why a row failed, in a cell.
pub(crate) fn reason_of(error: Option<&tonic_types::Status>) -> String {
    let Some(error) = error else { return String::new() };
    match chassis::reason(&status_of(error)) {
        Some(reason) => format!("{reason}: {}", error.message),
        None => error.message.clone(),
    }
}

/// A refusal that came inside an answer, as one that came in the place of it.
pub(crate) fn status_of(error: &tonic_types::Status) -> Status {
    let details = prost::Message::encode_to_vec(error).into();
    Status::with_details(Code::from_i32(error.code), &error.message, details)
}

/// A refusal with everything that it carries.
fn refused(contexts: &str, status: &Status) -> String {
    let details = status.get_error_details();
    let reason = chassis::reason(status).unwrap_or_else(|| format!("{:?}", status.code()));
    let mut lines = vec![format!("error: {contexts}{} ({reason})", status.message())];
    lines.extend(violations(&details));
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        lines.push(format!("  try again in {} s", delay.as_secs().max(1)));
    }
    if let Some(next) = next_step(status.code(), &reason, &details) {
        lines.push(next);
    }
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", printable(line));
        text
    })
}

fn violations(details: &ErrorDetails) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(bad) = details.bad_request() {
        let line = |violation: &tonic_types::FieldViolation| {
            let reason = match violation.reason.as_str() {
                "" => String::new(),
                reason => format!(" ({reason})"),
            };
            format!("  {}: {}{reason}", violation.field, violation.description)
        };
        lines.extend(bad.field_violations.iter().map(line));
    }
    if let Some(quota) = details.quota_failure() {
        let line = |violation: &tonic_types::QuotaViolation| {
            let product = &violation.subject;
            format!("  {product}: {}", violation.description)
        };
        lines.extend(quota.violations.iter().map(line));
    }
    if let Some(first) = details.precondition_failure() {
        let line = |violation: &tonic_types::PreconditionViolation| format!("  {}", violation.description);
        lines.extend(first.violations.iter().map(line));
    }
    lines
}

fn next_step(code: Code, reason: &str, details: &ErrorDetails) -> Option<String> {
    let metadata = |key: &str| details.error_info().and_then(|info| info.metadata.get(key));
    let step = match (code, reason) {
        (_, "CREDENTIALS_INVALID") => {
            "Check the address and the password; whoever was invited accepts first.".to_owned()
        }
        (Code::Unauthenticated, _) => "Log in with `usher login`.".to_owned(),
        (Code::PermissionDenied, "PERMISSION_REQUIRED") => match metadata("permission") {
            Some(permission) => format!("This needs {permission}; `usher matrix` tells who has it."),
            None => "Ask an administrator; `usher matrix` tells who may do what.".to_owned(),
        },
        (Code::PermissionDenied, "ROLE_ASSIGNMENT_FORBIDDEN") => {
            "Only super admins see and assign roles; leave the role out.".to_owned()
        }
        (_, "SEATS_EXHAUSTED") => {
            "`usher seats list` tells what is free; `usher seats holders` who has the rest.".to_owned()
        }
        (_, "FILE_IMPORTED") => {
            let id = metadata("import_id").map_or("", String::as_str);
            format!("`usher imports show {id}` tells what became of it; --force imports it again.")
        }
        (_, "ETAG_MISMATCH") => "Somebody was faster; look again and repeat.".to_owned(),
        (Code::Unavailable, "PEER_UNAVAILABLE") => {
            "Is the server running, and is --server right? `usher doctor` looks further.".to_owned()
        }
        (Code::DeadlineExceeded, _) => {
            "The outcome is not known: run the same command again with the same --request-id.".to_owned()
        }
        _ => return None,
    };
    Some(step)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chassis::Refusal;
    use prost::Message;

    use super::*;

    #[test]
    fn a_refusal_tells_its_reason_fields_quotas_and_the_next_step() {
        let status: Status = Refusal::new(Code::FailedPrecondition, "SEATS_EXHAUSTED", "Not enough seats.")
            .field("users[3].email", "EMAIL_MALFORMED", "is not an address\u{1b}[2J")
            .quota("training", "2 requested, 1 available")
            .precondition("OTHER_USERS", "account", "2 other users")
            .retry_after(Duration::from_millis(1))
            .into();
        let (exit, text) = explain(&status.into());
        assert_eq!(exit, Exit::BadInput);
        for part in [
            "(SEATS_EXHAUSTED)",
            "users[3].email: is not an address",
            "(EMAIL_MALFORMED)",
            "training: 2 requested, 1 available",
            "2 other users",
            "in 1 s",
            "usher seats list",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn a_row_tells_why_it_failed() {
        assert_eq!(reason_of(None), "");
        let refusal: Status = Refusal::new(Code::NotFound, "USER_NOT_FOUND", "No such user.").into();
        let error = tonic_types::Status::decode(refusal.details()).unwrap();
        assert_eq!(reason_of(Some(&error)), "USER_NOT_FOUND: No such user.");
    }

    #[test]
    fn a_context_hides_no_code() {
        let status = Status::new(Code::NotFound, "gone");
        let error = anyhow::Error::from(status).context("while looking");
        let expected = "error: while looking: gone (NotFound)\n".to_owned();
        assert_eq!(explain(&error), (Exit::NotFound, expected));
        let error = anyhow::Error::from(Problem::NotLoggedIn("nobody is".into())).context("at the start");
        assert_eq!(explain(&error).0, Exit::NotLoggedIn);
    }

    #[test]
    fn a_reader_who_has_gone_away_is_no_failure() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("cannot write");
        assert_eq!(explain(&error), (Exit::Done, String::new()));
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::NotFound));
        assert_eq!(explain(&error).0, Exit::Wrong);
    }
}
