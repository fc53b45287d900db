//! What licensing does by itself, time after time.

mod deliver;
mod measure;
mod poll_seat_pools;
mod purge;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use chassis::Shutdown;

use crate::app::App;
use crate::config::{RetentionConfig, SweepConfig};

pub use deliver::Deliveries;

/// Does everything that is to be done by itself, until `shutdown`; what has been begun then is finished.
pub async fn run(
    app: Arc<App>,
    sweep: &SweepConfig,
    retention: &RetentionConfig,
    measure: Duration,
    shutdown: Shutdown,
) {
    tokio::join!(
        sweep::run(&app, sweep.interval, &shutdown),
        purge::run(&app, retention.interval, &shutdown),
        poll_seat_pools::run(&app, &shutdown),
        measure::run(&app, measure, &shutdown),
    );
}
