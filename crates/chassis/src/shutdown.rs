//! The signal to stop, from the operating system or from whoever started the process's services.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal as listen};
pub use tokio_util::sync::CancellationToken as Shutdown;

/// Waits between two rounds of a timer; answers whether to go on.
pub async fn pause(interval: Duration, shutdown: &Shutdown) -> bool {
    tokio::select! {
        () = tokio::time::sleep(interval) => true,
        () = shutdown.cancelled() => false,
    }
}

/// A signal that is given when the process gets SIGTERM or SIGINT.
///
/// # Errors
/// When the operating system refuses the handlers.
pub fn signal() -> std::io::Result<Shutdown> {
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let shutdown = Shutdown::new();
    let given = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("stopping: SIGTERM"),
            _ = interrupt.recv() => tracing::info!("stopping: SIGINT"),
        }
        given.cancel();
    });
    Ok(shutdown)
}
