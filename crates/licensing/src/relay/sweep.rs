//! The timer of the sweeper.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::{App, Swept};

/// Settles reservations past their deadline, batch after batch while there are more.
pub async fn run(app: &App, interval: Duration, shutdown: &Shutdown) {
    while pause(interval, shutdown).await {
        while !shutdown.is_cancelled() {
            match app.sweep_reservations().await {
                Ok(Swept::Full) => {}
                Ok(Swept::Done) => break,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "reservations cannot be swept");
                    break;
                }
            }
        }
    }
}
