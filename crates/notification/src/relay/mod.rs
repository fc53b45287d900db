//! What runs by itself: sending what is in the queue, measuring it, telling others, and forgetting.

mod deliver;
mod measure;
mod purge;
mod send;

use std::sync::Arc;

use chassis::Shutdown;
use types::Clock;

use crate::app::Sender;

pub(crate) use deliver::Deliveries;
pub(crate) use purge::purge;
pub(crate) use send::Pace;

/// Sends and measures until `shutdown`, then waits for what is under way.
pub(crate) async fn run(sender: Arc<Sender>, clock: Clock, pace: Pace, shutdown: Shutdown) {
    let measuring = measure::run(Arc::clone(&sender), pace.measure_interval, shutdown.clone());
    tokio::join!(measuring, send::run(sender, clock, pace, shutdown));
}
