//! Waiting for what comes about by itself.

use std::pin::pin;
use std::time::Duration;

use anyhow::bail;

/// How long anything may take to come about at the start: after a crash, what was under way waits for a lease to run out.
const PATIENCE: Duration = Duration::from_secs(75);
/// After how long the person at the terminal wants to know why nothing happens.
const SILENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for something that comes about by itself, and soon.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let wait = async {
        while !is_so().await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    };
    let mut wait = pin!(wait);
    if let Ok(done) = tokio::time::timeout(SILENCE, &mut wait).await {
        return done;
    }
    tracing::warn!("waiting for {what}");
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => bail!("waited in vain for {what}"),
    }
}
