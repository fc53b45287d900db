//! The timer that ends trials.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;

/// A trial lasts for days: it may end a minute late.
const INTERVAL: Duration = Duration::from_secs(60);

/// Runs until `shutdown`.
pub(crate) async fn end_trials(app: App, shutdown: Shutdown) {
    loop {
        match app.end_trials().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(trials = count, "trials have ended"),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "trials cannot be ended");
            }
        }
        if !pause(INTERVAL, &shutdown).await {
            return;
        }
    }
}
