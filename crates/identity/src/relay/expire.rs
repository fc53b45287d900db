//! Ends invitations that nobody has answered in time.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;

/// Looks for them at this interval, until `shutdown`.
pub async fn expire(app: App, interval: Duration, shutdown: Shutdown) {
    loop {
        match app.expire_invitations().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(invitations = count, "invitations have expired"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "invitations could not be expired"
                );
            }
        }
        if !pause(interval, &shutdown).await {
            return;
        }
    }
}
