//! What runs by itself: sending what is in the queue.

mod send;

pub(crate) use send::{Pace, run};
