//! What runs by itself: sending what is in the queue, telling others, and forgetting.

mod deliver;
mod purge;
mod send;

pub(crate) use deliver::Deliveries;
pub(crate) use purge::purge;
pub(crate) use send::{Pace, run};
