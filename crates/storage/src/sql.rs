//! One constant statement in both dialects, and the one JSON parameter that carries a batch.

use sea_orm::sea_query::{Expr, IntoColumnRef};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use serde::Serialize;

use crate::error::StorageError;

/// A statement whose text never varies, so that the server plans it once.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// For PostgreSQL, with `$1, $2` as placeholders.
    pub postgres: &'static str,
    /// For SQLite, with the same placeholders.
    pub sqlite: &'static str,
}

impl Sql {
    /// Runs it; answers how many rows it changed.
    pub async fn execute(&self, conn: &impl ConnectionTrait, values: Vec<Value>) -> Result<u64, StorageError> {
        let result = conn
            .execute_raw(self.statement(conn.get_database_backend(), values))
            .await?;
        Ok(result.rows_affected())
    }

    /// Runs it; answers all its rows.
    pub async fn query<T: FromQueryResult>(
        &self,
        conn: &impl ConnectionTrait,
        values: Vec<Value>,
    ) -> Result<Vec<T>, StorageError> {
        let rows = conn
            .query_all_raw(self.statement(conn.get_database_backend(), values))
            .await?;
        rows.iter()
            .map(|row| T::from_query_result(row, "").map_err(StorageError::from))
            .collect()
    }

    /// Runs it; answers its first row.
    pub async fn query_one<T: FromQueryResult>(
        &self,
        conn: &impl ConnectionTrait,
        values: Vec<Value>,
    ) -> Result<Option<T>, StorageError> {
        let row = conn
            .query_one_raw(self.statement(conn.get_database_backend(), values))
            .await?;
        row.map(|row| T::from_query_result(&row, "").map_err(StorageError::from))
            .transpose()
    }

    fn statement(&self, backend: DbBackend, values: Vec<Value>) -> Statement {
        let text = if backend == DbBackend::Sqlite {
            self.sqlite
        } else {
            self.postgres
        };
        Statement::from_sql_and_values(backend, text, values)
    }
}

/// Whether `column` is one of `values`; unlike `IN` over a list, the statement's text is the same for however many.
///
/// On PostgreSQL as an array, here and in every statement: of a subquery the planner could as well read all rows of the account
/// and look for each in the list, and does so when most accounts are small, also in the one that is large. Where a batch
/// has several columns and has to be joined, the account stands in an expression for the same reason (`account_id || ''`).
#[must_use]
pub fn one_of(backend: DbBackend, column: impl IntoColumnRef, values: &(impl Serialize + ?Sized)) -> Expr {
    let text = if backend == DbBackend::Sqlite {
        "? IN (SELECT value FROM json_each(?))"
    } else {
        "$1 = ANY (ARRAY(SELECT json_array_elements_text($2::json)))"
    };
    Expr::cust_with_exprs(text, [Expr::col(column), Expr::val(json(values))])
}

/// The rows of a batch as one text parameter: for `json_to_recordset($1::json)` and `json_each($1)`.
#[must_use]
pub fn json(rows: &(impl Serialize + ?Sized)) -> Value {
    let text = serde_json::to_string(rows).unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a batch cannot be written as JSON"
        );
        // Not JSON: both databases refuse the statement, where a null would quietly be an empty batch.
        String::new()
    });
    Value::from(text)
}
