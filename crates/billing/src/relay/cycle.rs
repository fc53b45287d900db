//! The timers: what is due is done, and what was left half made is settled.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;
use crate::error::Error;

/// How often old requests are looked for.
const FORGET_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Renews, ends and asks for payment until `shutdown`.
pub(crate) async fn advance_accounts(app: App, shutdown: Shutdown) {
    loop {
        // As long as there is something: an account may have several steps to go.
        while report(app.advance_accounts().await) && !shutdown.is_cancelled() {}
        if !pause(app.cycle.interval, &shutdown).await {
            return;
        }
    }
}

/// Forgets old requests until `shutdown`.
pub(crate) async fn forget_requests(app: App, shutdown: Shutdown) {
    loop {
        report(app.forget_requests().await);
        if !pause(FORGET_INTERVAL, &shutdown).await {
            return;
        }
    }
}

/// Settles changes that a process has left half made, until `shutdown`.
pub(crate) async fn settle_intents(app: App, shutdown: Shutdown) {
    loop {
        report(app.settle_intents().await);
        if !pause(app.changes.interval, &shutdown).await {
            return;
        }
    }
}

/// Whether anything was done.
fn report<N: Default + PartialEq>(round: Result<N, Error>) -> bool {
    match round {
        Ok(count) => count != N::default(),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a timer cannot do its work");
            false
        }
    }
}
