//! The table `cancellations`: send keys whose mails nobody needs any more. They stay for long: a cancellation may come before
//! its mail.

use sea_orm::{ConnectionTrait, Value};
use storage::{Sql, StorageError, json};
use types::Timestamp;

use crate::domain::{MailKey, State};

const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO cancellations (account_id, send_key, create_time)
        SELECT account_id, send_key, $2 FROM json_to_recordset($1::json) AS r(account_id text, send_key text)
        ORDER BY account_id, send_key
        ON CONFLICT (account_id, send_key) DO NOTHING",
    sqlite: "
        INSERT INTO cancellations (account_id, send_key, create_time)
        SELECT value->>'account_id', value->>'send_key', $2 FROM json_each($1) WHERE true
        ON CONFLICT (account_id, send_key) DO NOTHING",
};

/// A mail that is under way is none that waits: if it comes back, its next claim finds the cancellation.
const CANCEL: Sql = Sql {
    postgres: "
        UPDATE mails SET state = 'CANCELLED', reason = $2, next_attempt_time = NULL, link = NULL, update_time = $4
        FROM json_to_recordset($1::json) AS r(account_id text, send_key text)
        WHERE mails.account_id = r.account_id AND mails.send_key = r.send_key
          AND mails.state = ANY (ARRAY(SELECT json_array_elements_text($3::json)))",
    sqlite: "
        UPDATE mails SET state = 'CANCELLED', reason = $2, next_attempt_time = NULL, link = NULL, update_time = $4
        FROM (SELECT value->>'account_id' AS account_id, value->>'send_key' AS send_key FROM json_each($1)) AS r
        WHERE mails.account_id = r.account_id AND mails.send_key = r.send_key
          AND mails.state IN (SELECT value FROM json_each($3))",
};

const PURGE_TEXT: &str = "
    DELETE FROM cancellations WHERE (account_id, send_key) IN (
        SELECT account_id, send_key FROM cancellations WHERE create_time < $1 LIMIT $2)";
const PURGE: Sql = Sql {
    postgres: PURGE_TEXT,
    sqlite: PURGE_TEXT,
};

/// Remembers `keys`, and cancels those of their mails that wait, for `reason`; answers how many those are. Within a
/// transaction.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    keys: &[MailKey],
    reason: &str,
    now: Timestamp,
) -> Result<u64, StorageError> {
    INSERT.execute(tx, vec![json(keys), Value::from(now.micros())]).await?;
    let values = vec![
        json(keys),
        Value::from(reason),
        json(&State::cancellable()),
        Value::from(now.micros()),
    ];
    CANCEL.execute(tx, values).await
}

/// Forgets up to `most` keys that were cancelled before `before`.
pub(crate) async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![before.micros().into(), most.into()]).await
}
