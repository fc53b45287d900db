//! Looks how far the logs have come that somebody watches.

use chassis::{Shutdown, pause};

use crate::app::App;

/// Runs until `shutdown`.
pub async fn poll_audit_heads(app: App, shutdown: Shutdown) {
    loop {
        if let Err(error) = app.poll_audit_heads().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the ends of the audit logs cannot be read"
            );
        }
        if !pause(app.watchers.config().poll, &shutdown).await {
            return;
        }
    }
}
