//! The tables, one file each; nothing else knows SQL.

pub mod account_settings;
pub mod accounts;
pub mod addressees;
pub mod amendments;
pub mod audit_events;
mod behind;
mod by_age;
pub mod closing;
pub mod creations;
pub mod directory;
pub mod entity;
pub mod grantors;
pub mod groups;
pub mod holders;
pub mod import_blocks;
pub mod import_chunks;
pub mod import_failures;
pub mod imports;
pub mod invitations;
pub mod invitees;
pub mod memberships;
mod migration;
pub mod names;
pub mod password_resets;
pub mod passwords;
pub mod posts;
pub mod requests;
pub mod resending;
pub mod role_holders;
pub mod roles;
pub mod sessions;
pub mod settings_templates;
pub mod sign_ups;
pub mod template_holders;
pub mod user_settings;
pub mod users;
pub mod welcome_email_versions;
pub mod welcome_emails;

pub use migration::Migrator;

use std::sync::Arc;

pub use sea_orm::ConnectionTrait as Connection;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, Select};
use storage::StorageError;

use crate::domain::error::Error;

impl From<StorageError> for Error {
    /// A constraint that a use case did not expect is a race that it lost; see [`Error::Contended`].
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Constraint { .. } | StorageError::Conflict(_) => Self::Contended,
            StorageError::Unavailable(_) | StorageError::Timeout(_) | StorageError::Lost(_) => {
                Self::StorageUnavailable(Arc::new(error))
            }
            StorageError::Schema(_) | StorageError::Other(_) => Self::Storage(Arc::new(error)),
        }
    }
}

/// What a text column holds, if anything.
fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: Option<String>,
    column: &'static str,
) -> Result<Option<T>, Error> {
    text.map(|text| text.parse().map_err(broken(column))).transpose()
}

/// What a text column should hold and does not.
fn broken<E: std::fmt::Display>(column: &'static str) -> impl Fn(E) -> Error {
    move |error| Error::Broken(format!("{column} holds something else: {error}"))
}

/// The same query, whose rows nobody else changes until the transaction is over. SQLite has one writer at a time, and no
/// word for it.
fn exclusive<E: EntityTrait>(query: Select<E>, conn: &impl ConnectionTrait) -> Select<E> {
    if conn.get_database_backend() == DbBackend::Postgres {
        query.lock_exclusive()
    } else {
        query
    }
}
