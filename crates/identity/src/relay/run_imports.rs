//! Works on imports, one after the other.

use std::time::Duration;

use chassis::Shutdown;

use crate::app::App;
use crate::domain::error::Error;

/// Works as soon as there is an import, and looks at this interval for those that another process has left, until
/// `shutdown`; an import under way is then left to others.
pub async fn run_imports(app: App, interval: Duration, shutdown: Shutdown) {
    let owner = format!("{:032x}", rand::random::<u128>());
    while !shutdown.is_cancelled() {
        let worked = tokio::select! {
            worked = app.run_import(&owner) => worked,
            () = shutdown.cancelled() => break,
        };
        match worked {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tell(&error, "an import has stopped; it is taken up again"),
        }
        tokio::select! {
            () = app.imports.woken() => {}
            () = tokio::time::sleep(interval) => {}
            () = shutdown.cancelled() => {}
        }
    }
    if let Err(error) = app.leave_import(&owner).await {
        tell(&error, "an import could not be left to others");
    }
}

fn tell(error: &Error, what: &str) {
    tracing::warn!(error = error as &dyn std::error::Error, "{what}");
}
