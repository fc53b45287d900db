//! Forgets what nobody can ask about any more: old requests, links that have long expired, what welcome e-mails said long
//! ago, imports that have long ended.

use std::time::Duration;

use chassis::{Shutdown, pause};

use crate::app::App;
use crate::domain::error::Error;

const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Runs until `shutdown`.
pub async fn forget(app: App, shutdown: Shutdown) {
    loop {
        tell("requests", app.forget_requests().await);
        tell("links", app.forget_links().await);
        tell("welcome e-mails", app.forget_welcome_emails().await);
        tell("imports", app.forget_imports().await);
        if !pause(INTERVAL, &shutdown).await {
            return;
        }
    }
}

fn tell(what: &str, forgotten: Result<u64, Error>) {
    match forgotten {
        Ok(0) => {}
        Ok(count) => tracing::info!(what, count, "what was old is forgotten"),
        Err(error) => {
            tracing::warn!(
                what,
                error = &error as &dyn std::error::Error,
                "what is old could not be forgotten"
            );
        }
    }
}
