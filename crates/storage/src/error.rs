//! What can go wrong in a database, sorted by what a caller can do about it.
//!
//! Constraint names are the same in both databases. PostgreSQL reports them; SQLite reports columns, from which the name is
//! derived by PostgreSQL's own default rule:
//!
//! | refused by | name |
//! |---|---|
//! | unique index or key on `users(account_id, email)` | `users_account_id_email_key` |
//! | primary key of `users` | `users_pkey` |
//! | unique index on an expression | the index's name |
//! | named check | the check's name |
//! | not null on `users.email` | `users_email_not_null` |
//! | foreign key | PostgreSQL: its name; SQLite does not tell: `foreign_key` |

use std::sync::Arc;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

use crate::schema::SchemaMismatch;

/// A database's refusal or failure. Its text may name SQL: it is for the log, never for a client.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// A named constraint refused the write: the caller turns the name into its own error.
    #[error("the constraint {name} refused the write")]
    Constraint {
        /// The constraint's name, the same in both databases.
        name: String,
    },
    /// The database cannot be reached, or went away: try again later. A commit under way may have happened.
    #[error("the database is unavailable")]
    Unavailable(#[source] DbErr),
    /// A time limit ran out (connection, statement or lock): try again later.
    #[error("the database took too long")]
    Timeout(#[source] DbErr),
    /// Another transaction was in the way (deadlock, busy): try again at once.
    #[error("another transaction was in the way")]
    Conflict(#[source] DbErr),
    /// The task that did the work is gone, and with it the answer; the work may have been committed.
    #[error("the work's outcome is lost: {0}")]
    Lost(&'static str),
    /// The schema is not one that the program can work with; found at the start, never later.
    #[error("the schema cannot be used")]
    Schema(#[from] SchemaMismatch),
    /// Anything else: a mistake in a statement.
    #[error("the database refused the statement")]
    Other(#[source] DbErr),
}

impl StorageError {
    /// The violated constraint's name.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { name } => Some(name),
            Self::Unavailable(_)
            | Self::Timeout(_)
            | Self::Conflict(_)
            | Self::Lost(_)
            | Self::Schema(_)
            | Self::Other(_) => None,
        }
    }

    /// Whether the same call may succeed when it is repeated unchanged.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Timeout(_) | Self::Conflict(_) | Self::Lost(_) => true,
            Self::Constraint { .. } | Self::Schema(_) | Self::Other(_) => false,
        }
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        if let DbErr::ConnectionAcquire(reason) = &error {
            return match reason {
                ConnAcquireErr::Timeout => Self::Timeout(error),
                ConnAcquireErr::ConnectionClosed => Self::Unavailable(error),
            };
        }
        match driver_error(&error).map(sort) {
            Some(Kind::Constraint(name)) => Self::Constraint { name },
            Some(Kind::Unavailable) => Self::Unavailable(error),
            Some(Kind::Timeout) => Self::Timeout(error),
            Some(Kind::Conflict) => Self::Conflict(error),
            Some(Kind::Other) | None => Self::Other(error),
        }
    }
}

enum Kind {
    Constraint(String),
    Unavailable,
    Timeout,
    Conflict,
    Other,
}

fn driver_error(error: &DbErr) -> Option<&Arc<sqlx::Error>> {
    if let DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error)) = error
    {
        Some(error)
    } else {
        None
    }
}

fn sort(error: &Arc<sqlx::Error>) -> Kind {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
    if let Database(error) = error.as_ref() {
        sort_database_error(error.as_ref())
    } else if matches!(error.as_ref(), PoolTimedOut) {
        Kind::Timeout
    } else if matches!(error.as_ref(), Io(_) | Tls(_) | PoolClosed | WorkerCrashed) {
        Kind::Unavailable
    } else {
        Kind::Other
    }
}

fn sort_database_error(error: &dyn DatabaseError) -> Kind {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        sort_postgres(error)
    } else if error.try_downcast_ref::<SqliteError>().is_some() {
        sort_sqlite(
            error.code().and_then(|code| code.parse().ok()).unwrap_or_default(),
            error.message(),
        )
    } else {
        Kind::Other
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn sort_postgres(error: &PgDatabaseError) -> Kind {
    let code = error.code();
    match code {
        "23502" => Kind::Constraint(format!(
            "{}_{}_not_null",
            error.table().unwrap_or_default(),
            error.column().unwrap_or_default()
        )),
        "40001" | "40P01" => Kind::Conflict,
        "57014" | "55P03" | "25P03" => Kind::Timeout,
        "57P01" | "57P02" | "57P03" | "53300" => Kind::Unavailable,
        _ if code.starts_with("23") => Kind::Constraint(error.constraint().unwrap_or_default().to_owned()),
        _ if code.starts_with("08") => Kind::Unavailable,
        _ => Kind::Other,
    }
}

/// <https://www.sqlite.org/rescode.html>: the low byte is the primary code.
fn sort_sqlite(code: i32, message: &str) -> Kind {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const CANNOT_OPEN: i32 = 14;
    const CONSTRAINT: i32 = 19;
    match code & 0xff {
        CONSTRAINT => Kind::Constraint(sqlite_constraint_name(code, message)),
        BUSY | LOCKED => Kind::Conflict,
        CANNOT_OPEN => Kind::Unavailable,
        _ => Kind::Other,
    }
}

fn sqlite_constraint_name(code: i32, message: &str) -> String {
    const PRIMARY_KEY: i32 = 1555;
    const ROW_ID: i32 = 2579;
    const FOREIGN_KEY: i32 = 787;
    const NOT_NULL: i32 = 1299;
    let subject = message.split_once("failed: ").map_or(message, |(_, subject)| subject);
    if code == FOREIGN_KEY {
        return "foreign_key".to_owned();
    }
    if let Some(index) = subject.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let Some((table, _)) = subject.split_once('.') else {
        return subject.to_owned();
    };
    match code {
        PRIMARY_KEY | ROW_ID => format!("{table}_pkey"),
        NOT_NULL => format!("{table}_{}_not_null", columns(subject)),
        _ => format!("{table}_{}_key", columns(subject)),
    }
}

/// `users.account_id, users.email` → `account_id_email`.
fn columns(subject: &str) -> String {
    let columns: Vec<_> = subject
        .split(", ")
        .filter_map(|column| column.split_once('.'))
        .map(|(_, column)| column)
        .collect();
    columns.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_constraints_get_the_names_postgres_would_give() {
        let cases = [
            (2067, "UNIQUE constraint failed: users.email", "users_email_key"),
            (
                2067,
                "UNIQUE constraint failed: users.account_id, users.email",
                "users_account_id_email_key",
            ),
            (
                2067,
                "UNIQUE constraint failed: index 'users_lower_email_key'",
                "users_lower_email_key",
            ),
            (1555, "UNIQUE constraint failed: users.id", "users_pkey"),
            (
                1555,
                "UNIQUE constraint failed: seats.account_id, seats.product",
                "seats_pkey",
            ),
            (2579, "UNIQUE constraint failed: users.rowid", "users_pkey"),
            (275, "CHECK constraint failed: users_role_check", "users_role_check"),
            (1299, "NOT NULL constraint failed: users.email", "users_email_not_null"),
            (787, "FOREIGN KEY constraint failed", "foreign_key"),
        ];
        for (code, message, name) in cases {
            assert_eq!(sqlite_constraint_name(code, message), name, "{message}");
        }
    }

    #[test]
    fn what_may_pass_by_itself_is_transient() {
        let io = || {
            DbErr::Conn(RuntimeErr::SqlxError(Arc::new(sqlx::Error::Io(std::io::Error::other(
                "gone",
            )))))
        };
        let cases = [
            (StorageError::from(io()), true),
            (
                StorageError::from(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
                true,
            ),
            (StorageError::Lost("stopped"), true),
            (
                StorageError::Constraint {
                    name: "users_email_key".to_owned(),
                },
                false,
            ),
            (StorageError::from(DbErr::Custom("no".to_owned())), false),
        ];
        for (error, transient) in cases {
            assert_eq!(error.is_transient(), transient, "{error:?}");
        }
    }
}
