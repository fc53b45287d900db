//! Waiting for something to become true, with a deadline instead of a guess.

use std::fmt::Display;
use std::panic::Location;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(10);

/// Repeats `attempt` until it answers `Ok`.
///
/// # Panics
/// With the last refusal, when none has succeeded `within` that time.
#[track_caller]
pub fn eventually<T, E: Display>(
    within: Duration,
    attempt: impl AsyncFnMut() -> Result<T, E>,
) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        match poll(within, attempt).await {
            Ok(value) => value,
            Err(reason) => panic!("{caller}: not true within {within:?}: {reason}"),
        }
    }
}

/// Repeats `attempt` until it answers `Ok`, or answers its last refusal when the time is over.
pub async fn poll<T, E>(within: Duration, mut attempt: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    let deadline = Instant::now() + within;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(reason) if Instant::now() >= deadline => return Err(reason),
            Err(_) => sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_answers_the_first_success() {
        let mut tries = 0;
        let answer = eventually(Duration::from_secs(5), async || {
            tries += 1;
            if tries == 3 { Ok(tries) } else { Err("too early") }
        });
        assert_eq!(answer.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "two mails, not three")]
    async fn it_panics_with_the_last_refusal() {
        eventually(Duration::ZERO, async || Err::<(), _>("two mails, not three")).await;
    }
}
