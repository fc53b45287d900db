//! The tables, one a file.

pub(crate) mod accounts;
mod due;
pub(crate) mod intents;
pub(crate) mod invoices;
mod migration;
pub(crate) mod payment_events;
pub(crate) mod requests;
pub(crate) mod subscriptions;

use sea_orm::DbErr;
use storage::StorageError;

pub use migration::Migrator;

/// Anything that runs statements: a pool, or a transaction.
pub(crate) trait Connection: sea_orm::ConnectionTrait {}

impl<C: sea_orm::ConnectionTrait> Connection for C {}

/// Only a hand in the table, or a program of another version, can have written what is not understood here.
fn unreadable(column: &str, problem: impl std::fmt::Display) -> StorageError {
    DbErr::Type(format!("{column}: {problem}")).into()
}

/// A value as the JSON of a column.
fn json_text(column: &str, value: &impl serde::Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| unreadable(column, error))
}

/// A value from the JSON of a column.
fn from_json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}
