//! What runs by itself: sending what is in the queue.

mod deliver;
mod send;

pub(crate) use deliver::Deliveries;
pub(crate) use send::{Pace, run};
