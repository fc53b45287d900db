//! How long a call may take, as told by the `grpc-timeout` header.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tonic::{Code, Status};

use crate::Refusal;

/// The header in which a caller tells how long it waits.
const HEADER: &str = "grpc-timeout";

/// The time the caller waits, if it told it in a form we know.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(HEADER)?.to_str().ok()?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    // The protocol allows at most eight digits, so no unit can overflow.
    if number.is_empty() || number.len() > 8 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// Tells the other side how long we wait.
pub(crate) fn write(headers: &mut HeaderMap, timeout: Duration) {
    let micros = timeout.as_micros();
    let text = if micros < 100_000_000 {
        format!("{micros}u")
    } else {
        format!("{}m", timeout.as_millis().min(99_999_999))
    };
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(HEADER, value);
    }
}

/// The answer when time has run out.
pub(crate) fn exceeded() -> Status {
    Refusal::new(
        Code::DeadlineExceeded,
        "DEADLINE_EXCEEDED",
        "The call took longer than it may; try again.",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_reads_back_as_it_was_written() {
        for timeout in [
            Duration::from_micros(1),
            Duration::from_millis(250),
            Duration::from_secs(99),
            Duration::from_secs(600),
        ] {
            let mut headers = HeaderMap::new();
            write(&mut headers, timeout);
            assert_eq!(read(&headers), Some(timeout));
        }
    }

    #[test]
    fn a_malformed_timeout_is_none() {
        for text in ["", "5", "s", "5s", "-5S", "123456789S", "5 S", "S5"] {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_static(text));
            assert_eq!(read(&headers), None, "{text:?}");
        }
    }
}
