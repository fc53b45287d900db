//! Removes users when they cannot be restored any more.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;

/// Runs until `shutdown`.
pub async fn purge(app: App, interval: Duration, shutdown: Shutdown) {
    loop {
        match app.purge_users().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(users = count, "users who were deleted long ago are removed"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "users who were deleted long ago could not be removed"
                );
            }
        }
        if !pause(interval, &shutdown).await {
            return;
        }
    }
}
