//! The timer by which what waits to be sent is measured.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::Sender;

/// Measures until `shutdown`.
pub(super) async fn run(sender: Arc<Sender>, interval: Duration, shutdown: Shutdown) {
    loop {
        if let Err(error) = sender.measure_mails().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the mail queue cannot be measured"
            );
        }
        if !pause(interval, &shutdown).await {
            return;
        }
    }
}
