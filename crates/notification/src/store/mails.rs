//! Mails on their way into the table `mails`: a batch is one statement.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{MailId, Timestamp};

use super::unreadable;
use crate::domain::{Lease, Link, Order, Queued};

/// A mail goes at once if there is a place for it and it is the first to its reader; those that step aside are none.
const INSERT: Sql = Sql {
    postgres: "
        WITH r AS MATERIALIZED (
            SELECT o.*, o.has_place AND NOT EXISTS (
                SELECT 1 FROM mails AS older
                WHERE coalesce(older.next_attempt_time, -1) >= 0 AND older.recipient = o.recipient
                  AND NOT older.steps_aside) AS goes
            FROM json_to_recordset($1::json) AS o(id text, account_id text, invitation_id text, kind text, send_key text,
                 to_address text, recipient text, recipient_domain text, resent boolean, language text, content text,
                 link text, wording_id text, wording_version bigint, trace_parent text, message_id text, has_place boolean))
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
                           language, content, link, wording_id, wording_version, trace_parent, message_id, reason,
                           next_attempt_time, create_time, update_time, state, attempts, lease_owner, lease_until)
        SELECT id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
               language, content, link, wording_id, wording_version, trace_parent, message_id, '', $2::bigint, $2::bigint,
               $2::bigint, CASE WHEN goes THEN 'SENDING' ELSE 'QUEUED' END, CASE WHEN goes THEN 1 ELSE 0 END,
               CASE WHEN goes THEN $3::text END, CASE WHEN goes THEN $4::bigint END
        FROM r
        ON CONFLICT (account_id, send_key) DO NOTHING
        RETURNING id, lease_owner IS NOT NULL AS is_leased,
                  (SELECT s.reason FROM suppressions AS s WHERE s.address = mails.recipient) AS suppressed,
                  EXISTS (SELECT 1 FROM cancellations AS c
                      WHERE c.account_id = mails.account_id AND c.send_key = mails.send_key) AS cancelled",
    sqlite: "
        WITH r AS MATERIALIZED (
            SELECT value AS o, value->>'has_place' AND NOT EXISTS (
                SELECT 1 FROM mails AS older
                WHERE older.next_attempt_time IS NOT NULL AND older.recipient = value->>'recipient'
                  AND NOT older.steps_aside) AS goes
            FROM json_each($1))
        INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, recipient, recipient_domain, resent,
                           language, content, link, wording_id, wording_version, trace_parent, message_id, reason,
                           next_attempt_time, create_time, update_time, state, attempts, lease_owner, lease_until)
        SELECT o->>'id', o->>'account_id', o->>'invitation_id', o->>'kind', o->>'send_key', o->>'to_address',
               o->>'recipient', o->>'recipient_domain', o->>'resent', o->>'language', o->>'content', o->>'link',
               o->>'wording_id', o->>'wording_version', o->>'trace_parent', o->>'message_id', '', $2, $2, $2,
               CASE WHEN goes THEN 'SENDING' ELSE 'QUEUED' END, CASE WHEN goes THEN 1 ELSE 0 END,
               CASE WHEN goes THEN $3 END, CASE WHEN goes THEN $4 END
        FROM r
        WHERE true
        ON CONFLICT (account_id, send_key) DO NOTHING
        RETURNING id, lease_owner IS NOT NULL AS is_leased,
                  (SELECT s.reason FROM suppressions AS s WHERE s.address = mails.recipient) AS suppressed,
                  EXISTS (SELECT 1 FROM cancellations AS c
                      WHERE c.account_id = mails.account_id AND c.send_key = mails.send_key) AS cancelled",
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
    has_place: bool,
}

#[derive(FromQueryResult)]
struct QueuedRow {
    id: String,
    is_leased: bool,
    suppressed: Option<String>,
    cancelled: bool,
}

/// Adds the mails whose send key their account has not used before, and answers which those are. Of the ones with a place, those
/// that may go at once are claimed.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    orders: &[(Order, bool)],
    lease: &Lease,
    now: Timestamp,
) -> Result<HashMap<MailId, Queued>, StorageError> {
    let rows = orders.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    let values = vec![
        json(&rows),
        Value::from(now.micros()),
        Value::from(lease.owner.as_str()),
        Value::from(lease.until.micros()),
    ];
    let rows: Vec<QueuedRow> = INSERT.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: QueuedRow) -> Result<(MailId, Queued), StorageError> {
    let id = row.id.parse().map_err(|error| unreadable("mails.id", error))?;
    let queued = Queued {
        is_leased: row.is_leased,
        suppressed: row.suppressed,
        cancelled: row.cancelled,
    };
    Ok((id, queued))
}

/// Forgets up to `most` mails that were queued before `before` and have come to an end.
pub(crate) async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![queued(before).into(), most.into()]).await
}

/// Less than the ids of all mails that were queued at `time` or later.
pub(super) fn queued(time: Timestamp) -> String {
    MailId::unguessable(time, [0; 10]).to_string()
}

fn write((order, has_place): &(Order, bool)) -> Result<Row<'_>, StorageError> {
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
        has_place: *has_place,
    })
}
