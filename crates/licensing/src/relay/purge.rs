//! The timer of the purge.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;

/// Forgets what has been kept long enough.
pub async fn run(app: &App, interval: Duration, shutdown: &Shutdown) {
    while pause(interval, shutdown).await {
        if let Err(error) = app.purge().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what is out of date cannot be purged"
            );
        }
    }
}
