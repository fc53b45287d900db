//! Doing a transaction again when another one was in the way.

use std::time::Duration;

use super::Error;
use crate::store;

/// More in a row would mean that something else is wrong.
const TRIES: u32 = 6;

/// Repeats `attempt` while it fails because of another transaction; every transaction here bears repetition.
pub async fn on_conflict<T, F: Future<Output = Result<T, Error>>>(attempt: impl Fn() -> F) -> Result<T, Error> {
    for tries in 1..TRIES {
        match attempt().await {
            Err(Error::Storage(error)) if store::is_conflict(&error) => {
                tracing::debug!(
                    tries,
                    error = &error as &dyn std::error::Error,
                    "a transaction is repeated"
                );
                tokio::time::sleep(Duration::from_millis(1 << tries)).await;
            }
            done => return done,
        }
    }
    attempt().await
}
