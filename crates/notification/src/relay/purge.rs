//! The timer of the purge.

use chassis::{Shutdown, pause};

use crate::app::App;
use crate::config::RetentionConfig;

/// Forgets what has been kept long enough, until `shutdown`.
pub(crate) async fn purge(app: App, retention: RetentionConfig, shutdown: Shutdown) {
    while pause(retention.interval, &shutdown).await {
        if let Err(error) = app.purge(&retention).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what is out of date cannot be purged"
            );
        }
    }
}
