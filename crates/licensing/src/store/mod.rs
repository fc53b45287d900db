//! The ledger's tables: pools, reservations, holders and totals.
//!
//! Every transaction takes its locks in one order, so that none waits for another in a circle: totals, then reservations by
//! account and request, then holders by account and subject, then pools by account and product.

pub mod migration;
pub mod reservations;
pub mod seat_holders;
pub mod seat_pools;
pub mod seat_totals;
pub mod seats;
pub mod standing;
pub mod sweep;

use storage::StorageError;

pub use migration::Migrator;

/// A transaction under way.
pub type Tx = sea_orm::DatabaseTransaction;

/// Whether another transaction was in the way, so that the same work can be done at once again: a deadlock, or a row that
/// was not there when it was looked for and is now.
pub fn is_conflict(error: &StorageError) -> bool {
    match error {
        StorageError::Conflict(_) => true,
        StorageError::Constraint { name } => name.ends_with("_pkey"),
        StorageError::Unavailable(_)
        | StorageError::Timeout(_)
        | StorageError::Lost(_)
        | StorageError::Schema(_)
        | StorageError::Other(_) => false,
    }
}

/// That a row has changed since it was read, although it was read under a lock or was not there to be locked.
fn outrun(what: &str) -> StorageError {
    StorageError::Conflict(sea_orm::DbErr::Custom(format!("{what} changed in between")))
}

/// That a row does not hold what only this crate writes.
fn unreadable(column: &str) -> StorageError {
    StorageError::Other(sea_orm::DbErr::Custom(format!("{column} cannot be read")))
}
