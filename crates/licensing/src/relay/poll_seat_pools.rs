//! Looks how the pools stand that somebody watches.

use chassis::{Shutdown, pause};

use crate::app::App;

/// Runs until `shutdown`.
pub async fn run(app: &App, shutdown: &Shutdown) {
    while pause(app.watchers.config().poll, shutdown).await {
        if let Err(error) = app.poll_seat_pools().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "watched pools cannot be read");
        }
    }
}
