//! What the outbox delivers, and what timers do.

mod deliver;
mod expire;
mod forget;

pub use deliver::Courier;
pub use expire::expire;
pub use forget::forget;
