//! The tables, one a file.

mod migration;
pub(crate) mod subscriptions;

pub use migration::Migrator;
