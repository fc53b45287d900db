//! How long a call may take, as told by the `grpc-timeout` header; and the calls that it makes, no longer than itself.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;
use tokio::time::error::Elapsed;
use tonic::{Code, Status};

use crate::Refusal;

/// The header in which a caller tells how long it waits.
const HEADER: &str = "grpc-timeout";

tokio::task_local! {
    /// When the call has to be answered that this task is for.
    static UNTIL: Instant;
}

/// Does the work of a call that has to be answered within `timeout`. What it calls in this task gets what is left of that.
pub(crate) async fn within<F: Future>(timeout: Duration, work: F) -> Result<F::Output, Elapsed> {
    let until = Instant::now() + timeout;
    tokio::time::timeout_at(until, UNTIL.scope(until, work)).await
}

/// How long a call that goes out may take: `most`, or less when its own headers or the call that it is made for say so.
pub(crate) fn left(headers: &HeaderMap, most: Duration) -> Duration {
    let rest = UNTIL.try_with(|until| until.saturating_duration_since(Instant::now()));
    [read(headers), rest.ok()]
        .into_iter()
        .flatten()
        .fold(most, Duration::min)
}

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

    #[tokio::test]
    async fn a_call_on_the_way_gets_what_is_left() {
        let hour = Duration::from_secs(3_600);
        let mut asked = HeaderMap::new();
        write(&mut asked, hour);
        let none = HeaderMap::new();
        assert_eq!(left(&none, 9 * hour), 9 * hour);
        assert_eq!(left(&asked, 9 * hour), hour);
        let work = async { [left(&none, 9 * hour), left(&asked, 9 * hour), left(&none, hour)] };
        let [rest, short, shortest] = within(5 * hour, work).await.unwrap();
        assert!(rest < 5 * hour && rest > 4 * hour, "{rest:?}");
        assert_eq!([short, shortest], [hour, hour]);
        let late = within(Duration::from_millis(1), std::future::pending::<()>());
        assert!(late.await.is_err());
        let work = async { within(hour, async { left(&none, 9 * hour) }).await };
        assert!(
            within(5 * hour, work).await.unwrap().unwrap() < hour,
            "the inner call is the shorter one"
        );
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
