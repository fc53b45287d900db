//! Forgets requests when no message about them can arrive any more.

use std::time::Duration;

use chassis::Shutdown;

use crate::app::App;

const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Runs until `shutdown`.
pub async fn forget(app: App, shutdown: Shutdown) {
    loop {
        match app.forget_requests().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(requests = count, "old requests are forgotten"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old requests could not be forgotten"
                );
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}
