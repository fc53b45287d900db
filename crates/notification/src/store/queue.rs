//! The queue in the table `mails`: claimed under a lease, finished only by the claim that holds it.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, Email, MailId, Timestamp};

use super::unreadable;
use crate::domain::{Kind, Link, Mail, Verdict, WordingKey};

/// The longest due first, skipping what others hold.
const CLAIM: Sql = Sql {
    postgres: "
        WITH due AS (
            SELECT id FROM mails
            WHERE state IN ('QUEUED', 'RETRYING') AND next_attempt_time <= $1
              AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY next_attempt_time LIMIT $2
            FOR UPDATE SKIP LOCKED)
        UPDATE mails SET lease_owner = $3, lease_until = $4, attempts = attempts + 1
        FROM due WHERE mails.id = due.id
        RETURNING mails.id, mails.kind, mails.to_address, mails.language, mails.content, mails.link,
                  mails.wording_id, mails.wording_version, mails.message_id, mails.create_time, mails.attempts",
    sqlite: "
        UPDATE mails SET lease_owner = $3, lease_until = $4, attempts = attempts + 1
        WHERE id IN (
            SELECT id FROM mails
            WHERE state IN ('QUEUED', 'RETRYING') AND next_attempt_time <= $1
              AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY next_attempt_time LIMIT $2)
        RETURNING id, kind, to_address, language, content, link, wording_id, wording_version, message_id, create_time,
                  attempts",
};

const RENEW: Sql = Sql {
    postgres: "UPDATE mails SET lease_until = $3 WHERE id = $1 AND lease_owner = $2",
    sqlite: "UPDATE mails SET lease_until = $3 WHERE id = $1 AND lease_owner = $2",
};

/// The link stays only while it is needed.
const FINISH: Sql = Sql {
    postgres: "
        UPDATE mails SET state = r.state, reason = r.reason, next_attempt_time = r.next_attempt_time,
               send_time = r.send_time, lease_owner = NULL, lease_until = NULL,
               link = CASE WHEN r.state = 'RETRYING' THEN mails.link END
        FROM json_to_recordset($1::json)
             AS r(id text, owner text, state text, reason text, next_attempt_time bigint, send_time bigint)
        WHERE mails.id = r.id AND mails.lease_owner = r.owner
        RETURNING mails.id, mails.account_id",
    sqlite: "
        UPDATE mails SET state = r.state, reason = r.reason, next_attempt_time = r.next_attempt_time,
               send_time = r.send_time, lease_owner = NULL, lease_until = NULL,
               link = CASE WHEN r.state = 'RETRYING' THEN mails.link END
        FROM (SELECT value->>'id' AS id, value->>'owner' AS owner, value->>'state' AS state, value->>'reason' AS reason,
                     value->>'next_attempt_time' AS next_attempt_time, value->>'send_time' AS send_time
              FROM json_each($1)) AS r
        WHERE mails.id = r.id AND mails.lease_owner = r.owner
        RETURNING id, account_id",
};

/// What an attempt came to.
#[derive(Clone, Debug)]
pub(crate) struct Finish {
    pub(crate) id: MailId,
    pub(crate) owner: String,
    pub(crate) verdict: Verdict,
    /// When the attempt ended.
    pub(crate) time: Timestamp,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    kind: String,
    to_address: String,
    language: String,
    content: String,
    link: Option<String>,
    wording_id: Option<String>,
    wording_version: Option<i64>,
    message_id: String,
    create_time: i64,
    attempts: i64,
}

#[derive(FromQueryResult)]
struct Finished {
    id: String,
    account_id: String,
}

/// An attempt whose end is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// For which account the mail is, if for one.
    pub(crate) account: Option<AccountId>,
}

#[derive(Serialize)]
struct FinishRow<'a> {
    id: String,
    owner: &'a str,
    state: &'static str,
    reason: &'a str,
    next_attempt_time: Option<Timestamp>,
    send_time: Option<Timestamp>,
}

/// Claims up to `limit` mails that are due, until `lease_until`.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> Result<Vec<Mail>, StorageError> {
    // A token per claim and not per process: an attempt that outlived its lease must not finish its own successor.
    let owner = format!("{:032x}", rand::random::<u128>());
    let values = vec![
        Value::from(now.micros()),
        Value::from(i64::try_from(limit).unwrap_or(i64::MAX)),
        Value::from(owner.as_str()),
        Value::from(lease_until.micros()),
    ];
    let mut rows: Vec<Row> = CLAIM.query(conn, values).await?;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let mails = rows.into_iter().map(|row| read(row, &owner));
    // One row that cannot be read must not take its neighbours with it: it comes back when its lease is over.
    Ok(mails
        .filter_map(|mail| {
            mail.inspect_err(|error| {
                tracing::error!(error = error as &dyn std::error::Error, "a mail cannot be read");
            })
            .ok()
        })
        .collect())
}

/// Holds a claim until `lease_until`; answers whether it was still held.
pub(crate) async fn renew(conn: &impl ConnectionTrait, mail: &Mail, until: Timestamp) -> Result<bool, StorageError> {
    let values = vec![
        Value::from(mail.id.to_string()),
        Value::from(mail.owner.as_str()),
        Value::from(until.micros()),
    ];
    Ok(RENEW.execute(conn, values).await? > 0)
}

/// Writes what many attempts came to; answers for each whose claim was still held.
pub(crate) async fn finish(conn: &impl ConnectionTrait, batch: &[Finish]) -> Result<Vec<Option<Ended>>, StorageError> {
    let rows: Vec<_> = batch.iter().map(write).collect();
    let finished: Vec<Finished> = FINISH.query(conn, vec![json(&rows)]).await?;
    let finished: HashMap<String, Ended> = finished
        .into_iter()
        .map(|row| {
            let account = row.account_id.parse().ok();
            (row.id, Ended { account })
        })
        .collect();
    Ok(rows.iter().map(|row| finished.get(&row.id).copied()).collect())
}

fn write(finish: &Finish) -> FinishRow<'_> {
    FinishRow {
        id: finish.id.to_string(),
        owner: &finish.owner,
        state: finish.verdict.state().as_str(),
        reason: finish.verdict.reason(),
        next_attempt_time: finish.verdict.retry_time(),
        send_time: matches!(finish.verdict, Verdict::Sent).then_some(finish.time),
    }
}

fn read(row: Row, owner: &str) -> Result<Mail, StorageError> {
    let kind = Kind::from_name(&row.kind).ok_or_else(|| unreadable("kind", row.kind))?;
    if kind.needs().link && row.link.is_none() {
        return Err(unreadable("link", "missing"));
    }
    Ok(Mail {
        id: row.id.parse().map_err(|error| unreadable("id", error))?,
        kind,
        to: Email::parse(&row.to_address).map_err(|error| unreadable("to_address", error))?,
        language: row.language,
        content: serde_json::from_str(&row.content).map_err(|error| unreadable("content", error))?,
        link: row.link.map(Link::new),
        wording: row
            .wording_id
            .zip(row.wording_version)
            .map(|(id, version)| WordingKey { id, version }),
        message_id: row.message_id,
        create_time: Timestamp::from_micros(row.create_time),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        owner: owner.to_owned(),
    })
}
