//! What the outbox delivers, and what timers do.

mod deliver;
mod expire;
mod forget;
mod poll_audit_heads;
mod purge;
mod run_imports;

pub use deliver::Courier;
pub use expire::expire;
pub use forget::forget;
pub use poll_audit_heads::poll_audit_heads;
pub use purge::purge;
pub use run_imports::run_imports;
