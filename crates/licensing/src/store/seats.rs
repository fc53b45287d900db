//! The seats in the table of seat holders, one by one.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::AccountId;

use super::unreadable;
use crate::domain::holder::Subject;

const SURPLUS: Sql = Sql {
    postgres: "
        SELECT subject FROM seat_holders
        WHERE account_id = $1 AND strpos(products, $2) > 0 AND products::json->$3 IS NOT NULL
        ORDER BY subject LIKE 'inv\\_%' DESC, (products::json->$3->>'since')::bigint DESC, subject DESC LIMIT $4",
    sqlite: "
        SELECT subject FROM seat_holders
        WHERE account_id = $1 AND instr(products, $2) > 0 AND products->$3 IS NOT NULL
        ORDER BY subject LIKE 'inv\\_%' ESCAPE '\\' DESC, products->$3->>'since' DESC, subject DESC LIMIT $4",
};

/// The first `limit` of an account's holders of a product who would lose their seats: invitations, then the latest.
pub async fn surplus(
    conn: &impl ConnectionTrait,
    account: AccountId,
    product: &str,
    limit: i64,
) -> Result<Vec<Subject>, StorageError> {
    let values = vec![
        account.to_string().into(),
        quoted(product).into(),
        product.into(),
        limit.into(),
    ];
    let rows: Vec<SubjectRow> = SURPLUS.query(conn, values).await?;
    let read = |row: SubjectRow| Subject::read(&row.subject).map_err(|_| unreadable("seat_holders.subject"));
    rows.into_iter().map(read).collect()
}

fn quoted(product: &str) -> String {
    format!("\"{product}\"")
}

#[derive(FromQueryResult)]
struct SubjectRow {
    subject: String,
}
