//! The lanes in which mails wait in the table `mails`, found by stepping through their index: what waits in a lane costs
//! nothing.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use storage::{Sql, StorageError};
use types::Timestamp;

use crate::domain::Lane;

const LIST: Sql = Sql {
    postgres: "
        WITH RECURSIVE lanes AS (
            (SELECT account_id, recipient_domain, next_attempt_time, 1 AS place FROM mails
             WHERE next_attempt_time IS NOT NULL AND (account_id, recipient_domain) > ($1, $2)
             ORDER BY account_id, recipient_domain, next_attempt_time LIMIT 1)
            UNION ALL
            SELECT next.account_id, next.recipient_domain, next.next_attempt_time, lanes.place + 1
            FROM lanes CROSS JOIN LATERAL (
                SELECT account_id, recipient_domain, next_attempt_time FROM mails
                WHERE next_attempt_time IS NOT NULL
                  AND (account_id, recipient_domain) > (lanes.account_id, lanes.recipient_domain)
                ORDER BY account_id, recipient_domain, next_attempt_time LIMIT 1) AS next
            WHERE lanes.place < $3)
        SELECT account_id, recipient_domain, next_attempt_time FROM lanes ORDER BY place",
    sqlite: "
        WITH RECURSIVE lanes AS (
            SELECT * FROM (
                SELECT account_id, recipient_domain, next_attempt_time, 1 AS place FROM mails
                WHERE next_attempt_time IS NOT NULL AND (account_id, recipient_domain) > ($1, $2)
                ORDER BY account_id, recipient_domain, next_attempt_time LIMIT 1)
            UNION ALL
            SELECT next.account_id, next.recipient_domain, next.next_attempt_time, lanes.place + 1
            FROM lanes CROSS JOIN mails AS next ON next.id = (
                SELECT id FROM mails
                WHERE next_attempt_time IS NOT NULL
                  AND (account_id, recipient_domain) > (lanes.account_id, lanes.recipient_domain)
                ORDER BY account_id, recipient_domain, next_attempt_time LIMIT 1)
            WHERE lanes.place < $3)
        SELECT account_id, recipient_domain, next_attempt_time FROM lanes ORDER BY place",
};

#[derive(FromQueryResult)]
struct Row {
    account_id: String,
    recipient_domain: String,
    next_attempt_time: i64,
}

/// A lane in which something waits, or is under way.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Which.
    pub(crate) lane: Lane,
    /// When its first mail is due.
    pub(crate) due: Timestamp,
}

/// Up to `limit` lanes after this one, in their order.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    after: Option<&Lane>,
    limit: usize,
) -> Result<Vec<Waiting>, StorageError> {
    let (account, domain) = after.map_or(("", ""), |lane| (&lane.account, &lane.domain));
    let values = vec![
        Value::from(account),
        Value::from(domain),
        Value::from(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows: Vec<Row> = LIST.query(conn, values).await?;
    let read = |row: Row| Waiting {
        lane: Lane {
            account: row.account_id,
            domain: row.recipient_domain,
        },
        due: Timestamp::from_micros(row.next_attempt_time),
    };
    Ok(rows.into_iter().map(read).collect())
}
