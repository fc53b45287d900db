//! What runs by itself: sending what is in the queue, and measuring it.

mod deliver;
mod measure;
mod send;

use std::sync::Arc;

use chassis::Shutdown;
use tokio::sync::Notify;
use types::Clock;

use crate::app::Sender;

pub(crate) use deliver::Deliveries;
pub(crate) use send::Pace;

/// Does both until `shutdown`, then waits for what is under way.
pub(crate) async fn run(sender: Arc<Sender>, bell: Arc<Notify>, clock: Clock, pace: Pace, shutdown: Shutdown) {
    let measuring = measure::run(Arc::clone(&sender), pace.measure_interval, shutdown.clone());
    tokio::join!(measuring, send::run(sender, bell, clock, pace, shutdown));
}
