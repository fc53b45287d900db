//! What the outbox delivers, and what timers do.

mod audit_feed;
mod deliver;
mod expire;
mod forget;
mod purge;
mod run_imports;

pub use audit_feed::feed_audit;
pub use deliver::Courier;
pub use expire::expire;
pub use forget::forget;
pub use purge::purge;
pub use run_imports::run_imports;
