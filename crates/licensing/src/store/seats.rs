//! The seats in the table of seat holders, one by one.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::AccountId;

use super::unreadable;
use crate::domain::holder::Subject;
use crate::domain::seat::Seat;

/// Whose seats were read last, and of which product.
pub type Place = (Subject, String);

/// A product's id stands in quotes in the JSON object, and none contains a quote.
const LIST: Sql = Sql {
    postgres: "
        SELECT h.subject, e.key AS product, e.value::text AS tenure
        FROM seat_holders h CROSS JOIN LATERAL json_each(h.products::json) AS e
        WHERE h.account_id = $1 AND h.subject >= $2 AND h.products <> '{}' AND strpos(h.products, $4) > 0
            AND (h.subject > $2 OR e.key > $3) AND ($5 = '' OR e.key = $5)
        ORDER BY h.subject, e.key LIMIT $6",
    sqlite: "
        SELECT h.subject, e.key AS product, e.value AS tenure
        FROM seat_holders h CROSS JOIN json_each(h.products) AS e
        WHERE h.account_id = $1 AND h.subject >= $2 AND h.products <> '{}' AND instr(h.products, $4) > 0
            AND (h.subject > $2 OR e.key > $3) AND ($5 = '' OR e.key = $5)
        ORDER BY h.subject, e.key LIMIT $6",
};

const SURPLUS: Sql = Sql {
    postgres: "
        SELECT subject FROM seat_holders
        WHERE account_id = $1 AND strpos(products, $2) > 0 AND products::json->$3 IS NOT NULL
        ORDER BY subject LIKE 'inv\\_%' DESC, (products::json->$3->>'since')::bigint DESC NULLS LAST,
            subject DESC LIMIT $4",
    sqlite:
        "
        SELECT subject FROM seat_holders
        WHERE account_id = $1 AND instr(products, $2) > 0 AND products->$3 IS NOT NULL
        ORDER BY subject LIKE 'inv\\_%' ESCAPE '\\' DESC, products->$3->>'since' DESC NULLS LAST, subject DESC LIMIT $4",
};

/// Reads up to `limit` of the seats that are held of an account, of any product or of one, after `after`.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    product: Option<&str>,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Seat>, StorageError> {
    let (subject, last) = after.map_or_else(Default::default, |(subject, product)| {
        (subject.to_string(), product.clone())
    });
    // Every object contains a brace.
    let found = product.map_or_else(|| "{".to_owned(), quoted);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = vec![
        account.to_string().into(),
        subject.into(),
        last.into(),
        found.into(),
        product.unwrap_or_default().into(),
        limit.into(),
    ];
    let rows: Vec<Row> = LIST.query(conn, values).await?;
    rows.into_iter().map(Row::read).collect()
}

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

#[derive(FromQueryResult)]
struct Row {
    subject: String,
    product: String,
    tenure: String,
}

impl Row {
    fn read(self) -> Result<Seat, StorageError> {
        Ok(Seat {
            subject: Subject::read(&self.subject).map_err(|_| unreadable("seat_holders.subject"))?,
            tenure: serde_json::from_str(&self.tenure).map_err(|_| unreadable("seat_holders.products"))?,
            product: self.product,
        })
    }
}
