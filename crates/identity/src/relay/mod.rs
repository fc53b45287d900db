//! What the outbox delivers, and what timers do.

mod deliver;
mod forget;

pub use deliver::Courier;
pub use forget::forget;
