//! The table `mails`, one concern a file.

pub(crate) mod deliveries;
pub(crate) mod mails;
mod migration;
pub(crate) mod queue;
pub(crate) mod wordings;

pub use migration::Migrator;

/// Only a hand in the table, or a program of another version, can have written what is not understood here.
fn unreadable(column: &str, problem: impl std::fmt::Display) -> storage::StorageError {
    sea_orm::DbErr::Type(format!("mails.{column}: {problem}")).into()
}
