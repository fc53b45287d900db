//! The tables, one concern a file.

pub(crate) mod cancellations;
pub(crate) mod deliveries;
pub(crate) mod kept_mails;
pub(crate) mod lanes;
pub(crate) mod mails;
mod migration;
pub(crate) mod queue;
pub(crate) mod suppressions;
pub(crate) mod waiting;
pub(crate) mod wordings;

pub use migration::Migrator;

/// Only a hand in the table, or a program of another version, can have written what is not understood here.
fn unreadable(column: &str, problem: impl std::fmt::Display) -> storage::StorageError {
    sea_orm::DbErr::Type(format!("{column}: {problem}")).into()
}
