//! Mails on their way into the table `mails`: a batch is one statement.

use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::Timestamp;

use super::unreadable;
use crate::domain::Order;

const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, language, content, accept_link,
                           state, attempts, reason, message_id, next_attempt_time, create_time)
        SELECT id, account_id, invitation_id, kind, send_key, to_address, language, content, accept_link,
               'QUEUED', 0, '', message_id, $2::bigint, $2::bigint
        FROM json_to_recordset($1::json) AS r(id text, account_id text, invitation_id text, kind text, send_key text,
             to_address text, language text, content text, accept_link text, message_id text)
        ON CONFLICT (account_id, send_key) DO NOTHING",
    sqlite: "
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, language, content, accept_link,
                           state, attempts, reason, message_id, next_attempt_time, create_time)
        SELECT value->>'id', value->>'account_id', value->>'invitation_id', value->>'kind', value->>'send_key',
               value->>'to_address', value->>'language', value->>'content', value->>'accept_link',
               'QUEUED', 0, '', value->>'message_id', $2, $2
        FROM json_each($1)
        WHERE true
        ON CONFLICT (account_id, send_key) DO NOTHING",
};

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    account_id: String,
    invitation_id: String,
    kind: &'static str,
    send_key: &'a str,
    to_address: &'a str,
    language: &'a str,
    content: String,
    accept_link: &'a str,
    message_id: &'a str,
}

/// Adds the mails whose send key their account has not used before; answers how many those are.
pub(crate) async fn insert(conn: &impl ConnectionTrait, orders: &[Order], now: Timestamp) -> Result<u64, StorageError> {
    let rows = orders.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    INSERT.execute(conn, vec![json(&rows), Value::from(now.micros())]).await
}

fn write(order: &Order) -> Result<Row<'_>, StorageError> {
    Ok(Row {
        id: order.id.to_string(),
        account_id: order.account.to_string(),
        invitation_id: order.invitation.to_string(),
        kind: order.kind.as_str(),
        send_key: &order.send_key,
        to_address: order.to.address(),
        language: order.language.as_str(),
        content: serde_json::to_string(&order.content).map_err(|error| unreadable("content", error))?,
        accept_link: order.accept_link.expose(),
        message_id: &order.message_id,
    })
}
