//! How long a call may take, as told by the `grpc-timeout` header; and the calls that it makes, no longer than itself.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep_until};
use tonic::{Code, Status};

use crate::Refusal;

/// The header in which a caller tells how long it waits.
const HEADER: &str = "grpc-timeout";

tokio::task_local! {
    /// When the call has to be answered that this task is for.
    static UNTIL: Instant;
}

/// Work that was not done in time.
#[derive(Debug)]
pub(crate) struct Late;

/// Does the work of a call that has to be answered by `until`. What it calls in this task gets what is left of that.
pub(crate) async fn within<F: Future>(until: Instant, work: F) -> Result<F::Output, Late> {
    by(until, UNTIL.scope(until, work)).await
}

/// Does some work by `until`. There is an alarm only if there is something to wait for, and if the call that the work is for
/// does not end it as early.
pub(crate) async fn by<F: Future>(until: Instant, work: F) -> Result<F::Output, Late> {
    let is_ended_anyway = of_call().is_some_and(|end| end <= until);
    let (mut work, mut alarm) = (pin!(work), pin!(None));
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(Ok(done));
        }
        if is_ended_anyway {
            return Poll::Pending;
        }
        if alarm.is_none() {
            alarm.set(Some(sleep_until(until)));
        }
        match alarm.as_mut().as_pin_mut() {
            Some(alarm) => alarm.poll(cx).map(|()| Err(Late)),
            None => Poll::Pending,
        }
    })
    .await
}

/// When a call has to be answered, one that has come in or one that goes out: after `most`, or sooner when its own headers or
/// the call that it is made for say so.
pub(crate) fn until(headers: &HeaderMap, most: Duration) -> Instant {
    let own = Instant::now() + read(headers).map_or(most, |asked| asked.min(most));
    of_call().map_or(own, |end| end.min(own))
}

/// When the call has to be answered that this task is for.
fn of_call() -> Option<Instant> {
    UNTIL.try_with(|until| *until).ok()
}

/// The time the caller waits, if it told it in a form we know.
fn read(headers: &HeaderMap) -> Option<Duration> {
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
        headers.insert(HEADER, unlike_any_other(value));
    }
}

/// A value that no other call will have. It is kept out of what connections remember of headers (RFC 7541 §7.1.3), where it
/// would take the place of one that comes again.
pub(crate) fn unlike_any_other(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
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

    const HOUR: Duration = Duration::from_secs(3_600);

    fn after(time: Duration) -> Instant {
        Instant::now() + time
    }

    /// In hours, begun or full.
    fn left(headers: &HeaderMap, most: Duration) -> u64 {
        let left = until(headers, most).saturating_duration_since(Instant::now());
        left.as_secs().div_ceil(HOUR.as_secs())
    }

    #[tokio::test]
    async fn a_call_on_the_way_gets_what_is_left() {
        let mut asked = HeaderMap::new();
        write(&mut asked, HOUR);
        let none = HeaderMap::new();
        assert_eq!([left(&none, 9 * HOUR), left(&asked, 9 * HOUR)], [9, 1]);
        let work = async { [left(&none, 9 * HOUR), left(&asked, 9 * HOUR), left(&none, HOUR)] };
        assert_eq!(within(after(5 * HOUR), work).await.unwrap(), [5, 1, 1]);
        let work = async { within(after(HOUR), async { left(&none, 9 * HOUR) }).await };
        let inner = within(after(5 * HOUR), work).await.unwrap();
        assert_eq!(inner.unwrap(), 1, "the inner call is the shorter one");
    }

    #[tokio::test]
    async fn what_takes_too_long_is_ended_by_whoever_is_first() {
        let (soon, none) = (Duration::from_millis(1), HeaderMap::new());
        let waiting = async |most| by(until(&none, most), std::future::pending::<()>()).await;
        assert!(waiting(soon).await.is_err());
        assert!(
            within(after(soon), waiting(HOUR)).await.is_err(),
            "the call ends what it waits for"
        );
        let answer = within(after(HOUR), waiting(soon)).await;
        assert!(answer.unwrap().is_err(), "what it waits for ends sooner");
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
