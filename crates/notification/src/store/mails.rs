//! Mails on their way into the table `mails`: a batch is one statement.

use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{MailId, Timestamp};

use super::unreadable;
use crate::domain::{Link, Order};

const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
                           language, content, link, wording_id, wording_version, trace_parent, state, attempts, reason, message_id,
                           next_attempt_time, create_time,
                           update_time)
        SELECT id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
               language, content, link, wording_id, wording_version, trace_parent, 'QUEUED', 0, '', message_id, $2::bigint, $2::bigint, $2::bigint
        FROM json_to_recordset($1::json) AS r(id text, account_id text, invitation_id text, kind text, send_key text,
             to_address text, recipient text, recipient_domain text, resent boolean, language text, content text,
             link text, wording_id text, wording_version bigint, trace_parent text, message_id text)
        ON CONFLICT (account_id, send_key) DO NOTHING",
    sqlite: "
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
                           language, content, link, wording_id, wording_version, trace_parent, state, attempts, reason, message_id,
                           next_attempt_time, create_time,
                           update_time)
        SELECT value->>'id', value->>'account_id', value->>'invitation_id', value->>'kind', value->>'send_key',
               value->>'to_address', value->>'recipient', value->>'recipient_domain', value->>'resent',
               value->>'language', value->>'content', value->>'link', value->>'wording_id',
               value->>'wording_version', value->>'trace_parent', 'QUEUED', 0, '', value->>'message_id', $2, $2, $2
        FROM json_each($1)
        WHERE true
        ON CONFLICT (account_id, send_key) DO NOTHING",
};

const PURGE_TEXT: &str = "
    DELETE FROM mails WHERE id IN (
        SELECT id FROM mails WHERE id < $1 AND next_attempt_time IS NULL ORDER BY id LIMIT $2)";
const PURGE: Sql = Sql {
    postgres: PURGE_TEXT,
    sqlite: PURGE_TEXT,
};

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    /// Empty when it is sent for none.
    account_id: String,
    /// Empty when it is about none.
    invitation_id: String,
    kind: &'static str,
    send_key: &'a str,
    to_address: &'a str,
    recipient: &'a str,
    recipient_domain: &'a str,
    resent: bool,
    language: &'a str,
    content: String,
    link: Option<&'a str>,
    wording_id: Option<&'a str>,
    wording_version: Option<i64>,
    trace_parent: Option<&'a str>,
    message_id: &'a str,
}

/// Adds the mails whose send key their account has not used before; answers how many those are.
pub(crate) async fn insert(conn: &impl ConnectionTrait, orders: &[Order], now: Timestamp) -> Result<u64, StorageError> {
    let rows = orders.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    INSERT.execute(conn, vec![json(&rows), Value::from(now.micros())]).await
}

/// Forgets up to `most` mails that were queued before `before` and have come to an end.
pub(crate) async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![queued(before).into(), most.into()]).await
}

/// Less than the ids of all mails that were queued at `time` or later.
pub(super) fn queued(time: Timestamp) -> String {
    MailId::unguessable(time, [0; 10]).to_string()
}

fn write(order: &Order) -> Result<Row<'_>, StorageError> {
    Ok(Row {
        id: order.id.to_string(),
        account_id: order.account.map(|id| id.to_string()).unwrap_or_default(),
        invitation_id: order.invitation.map(|id| id.to_string()).unwrap_or_default(),
        kind: order.kind.as_str(),
        send_key: &order.send_key,
        to_address: order.to.address(),
        recipient: order.to.canonical(),
        recipient_domain: order.to.domain(),
        resent: order.resent,
        language: order.language.as_str(),
        content: serde_json::to_string(&order.content).map_err(|error| unreadable("mails.content", error))?,
        link: order.link.as_ref().map(Link::expose),
        wording_id: order.wording.as_ref().map(|wording| wording.id.as_str()),
        wording_version: order.wording.as_ref().map(|wording| wording.version),
        trace_parent: Some(order.trace_parent.as_str()).filter(|text| !text.is_empty()),
        message_id: &order.message_id,
    })
}
