//! The queue in the table `mails`: claimed under a lease, finished only by the claim that holds it.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, Email, MailId, Timestamp};

use super::unreadable;
use crate::domain::{Claim, Kind, Lane, Lease, Letter, Link, Mail, Verdict, WordingKey};

/// In turn from each lane the one that is due longest, up to the places its domain has. A mail waits for the older ones to
/// the same reader, except for those that step aside.
///
/// On PostgreSQL whether a mail is in the queue is asked in other words where the index of the lanes must not be taken: see the
/// migration `tell_indexes_apart`.
const CLAIM: Sql = Sql {
    postgres: "
        WITH lanes AS (
            SELECT place, account_id, recipient_domain, free FROM json_to_recordset($5::json)
                AS r(place bigint, account_id text, recipient_domain text, free bigint)),
        turns AS (
            SELECT lanes.place, lanes.recipient_domain, lanes.free, due.id,
                   row_number() OVER (PARTITION BY lanes.place ORDER BY due.next_attempt_time, due.id) AS turn
            FROM lanes CROSS JOIN LATERAL (
                SELECT id, next_attempt_time FROM mails AS one
                WHERE next_attempt_time IS NOT NULL AND account_id = lanes.account_id
                  AND recipient_domain = lanes.recipient_domain AND next_attempt_time <= $1
                  AND (lease_until IS NULL OR lease_until <= $1)
                  AND NOT EXISTS (
                      SELECT 1 FROM mails AS older
                      WHERE coalesce(older.next_attempt_time, -1) >= 0 AND older.recipient = one.recipient
                        AND (older.create_time, older.id) < (one.create_time, one.id) AND NOT older.steps_aside)
                ORDER BY next_attempt_time, id LIMIT $6) AS due),
        places AS (
            SELECT id, place, turn, free,
                   row_number() OVER (PARTITION BY recipient_domain ORDER BY turn, place) AS domain_turn
            FROM turns),
        claimed AS (
            SELECT id FROM mails
            WHERE id IN (SELECT id FROM places WHERE domain_turn <= free ORDER BY turn, place LIMIT $2)
              AND coalesce(next_attempt_time, $1 + 1) <= $1 AND (lease_until IS NULL OR lease_until <= $1)
            FOR UPDATE SKIP LOCKED)
        UPDATE mails SET state = 'SENDING', lease_owner = $3, lease_until = $4, attempts = attempts + 1
        FROM claimed WHERE mails.id = claimed.id
        RETURNING mails.id, mails.account_id, mails.recipient, mails.recipient_domain, mails.resent, mails.kind,
                  mails.to_address, mails.language, mails.content, mails.link, mails.wording_id, mails.wording_version, mails.message_id, mails.create_time,
                  mails.attempts, mails.trace_parent,
                  (SELECT s.reason FROM suppressions AS s WHERE s.address = mails.recipient) AS suppressed,
                  EXISTS (SELECT 1 FROM cancellations AS c
                      WHERE c.account_id = mails.account_id AND c.send_key = mails.send_key) AS cancelled",
    sqlite: "
        UPDATE mails SET state = 'SENDING', lease_owner = $3, lease_until = $4, attempts = attempts + 1
        WHERE id IN (
            WITH lanes AS MATERIALIZED (
                SELECT value->>'place' AS place, value->>'account_id' AS account_id,
                       value->>'recipient_domain' AS recipient_domain, value->>'free' AS free
                FROM json_each($5)),
            turns AS (
                SELECT lanes.place, lanes.recipient_domain, lanes.free, due.id,
                       row_number() OVER (PARTITION BY lanes.place ORDER BY due.next_attempt_time, due.id) AS turn
                FROM lanes CROSS JOIN mails AS due ON due.id IN (
                    SELECT id FROM mails AS one
                    WHERE next_attempt_time IS NOT NULL AND account_id = lanes.account_id
                      AND recipient_domain = lanes.recipient_domain AND next_attempt_time <= $1
                      AND (lease_until IS NULL OR lease_until <= $1)
                      AND NOT EXISTS (
                          SELECT 1 FROM mails AS older
                          WHERE older.next_attempt_time IS NOT NULL AND older.recipient = one.recipient
                            AND (older.create_time, older.id) < (one.create_time, one.id) AND NOT older.steps_aside)
                    ORDER BY next_attempt_time, id LIMIT $6)),
            places AS (
                SELECT id, place, turn, free,
                       row_number() OVER (PARTITION BY recipient_domain ORDER BY turn, place) AS domain_turn
                FROM turns)
            SELECT id FROM places WHERE domain_turn <= free ORDER BY turn, place LIMIT $2)
        RETURNING id, account_id, recipient, recipient_domain, resent, kind, to_address, language, content, link,
                  wording_id, wording_version, message_id, create_time, attempts, trace_parent,
                  (SELECT s.reason FROM suppressions AS s WHERE s.address = mails.recipient) AS suppressed,
                  EXISTS (SELECT 1 FROM cancellations AS c
                      WHERE c.account_id = mails.account_id AND c.send_key = mails.send_key) AS cancelled",
};

const RENEW: Sql = Sql {
    postgres: "UPDATE mails SET lease_until = $3 WHERE id = $1 AND lease_owner = $2",
    sqlite: "UPDATE mails SET lease_until = $3 WHERE id = $1 AND lease_owner = $2",
};

/// The link stays only while it is needed.
const FINISH: Sql = Sql {
    postgres: "
        UPDATE mails SET state = r.state, reason = coalesce(r.reason, mails.reason), attempts = r.attempts,
               steps_aside = coalesce(r.steps_aside, mails.steps_aside), next_attempt_time = r.next_attempt_time,
               send_time = r.send_time, update_time = r.update_time, lease_owner = NULL, lease_until = NULL,
               link = CASE WHEN r.next_attempt_time IS NOT NULL THEN mails.link END
        FROM json_to_recordset($1::json)
             AS r(id text, owner text, state text, reason text, attempts bigint, steps_aside boolean,
                  next_attempt_time bigint, send_time bigint, update_time bigint)
        WHERE mails.id = r.id AND mails.lease_owner = r.owner
        RETURNING mails.id, mails.account_id,
                  EXISTS (SELECT 1 FROM mails AS later
                      WHERE coalesce(later.next_attempt_time, -1) >= 0 AND later.recipient = mails.recipient
                        AND later.id <> mails.id AND NOT later.steps_aside) AS is_followed",
    sqlite: "
        UPDATE mails SET state = r.state, reason = coalesce(r.reason, mails.reason), attempts = r.attempts,
               steps_aside = coalesce(r.steps_aside, mails.steps_aside), next_attempt_time = r.next_attempt_time,
               send_time = r.send_time, update_time = r.update_time, lease_owner = NULL, lease_until = NULL,
               link = CASE WHEN r.next_attempt_time IS NOT NULL THEN mails.link END
        FROM (SELECT value->>'id' AS id, value->>'owner' AS owner, value->>'state' AS state, value->>'reason' AS reason,
                     value->>'attempts' AS attempts, value->>'steps_aside' AS steps_aside,
                     value->>'next_attempt_time' AS next_attempt_time, value->>'send_time' AS send_time,
                     value->>'update_time' AS update_time
              FROM json_each($1)) AS r
        WHERE mails.id = r.id AND mails.lease_owner = r.owner
        RETURNING id, account_id,
                  EXISTS (SELECT 1 FROM mails AS later
                      WHERE later.next_attempt_time IS NOT NULL AND later.recipient = mails.recipient
                        AND later.id <> mails.id AND NOT later.steps_aside) AS is_followed",
};

/// A lane from which mails are claimed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Open {
    /// Its place in the order of turns.
    pub(crate) place: usize,
    /// The account.
    pub(crate) account_id: String,
    /// The domain.
    pub(crate) recipient_domain: String,
    /// How many more mails to the domain may be under way.
    pub(crate) free: usize,
}

/// What a claim came to.
#[derive(Clone, Debug)]
pub(crate) struct Finish {
    pub(crate) id: MailId,
    pub(crate) owner: String,
    /// The address, canonical.
    pub(crate) recipient: String,
    /// The number of its attempt.
    pub(crate) attempts: u32,
    pub(crate) verdict: Verdict,
    /// When it ended.
    pub(crate) time: Timestamp,
    /// Whether its address is on the list of those that take no mail.
    pub(crate) suppressed: bool,
    /// What was sent, where that is kept.
    pub(crate) letter: Option<Letter>,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    account_id: String,
    recipient: String,
    recipient_domain: String,
    resent: bool,
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
    trace_parent: Option<String>,
    suppressed: Option<String>,
    cancelled: bool,
}

#[derive(FromQueryResult)]
struct Finished {
    id: String,
    account_id: String,
    is_followed: bool,
}

/// A claim whose end is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// For which account the mail is, if for one.
    pub(crate) account: Option<AccountId>,
    /// Whether other mails to its reader wait, perhaps for this one.
    pub(crate) is_followed: bool,
}

#[derive(Serialize)]
struct FinishRow<'a> {
    id: String,
    owner: &'a str,
    state: &'static str,
    reason: Option<&'a str>,
    attempts: u32,
    steps_aside: Option<bool>,
    next_attempt_time: Option<Timestamp>,
    send_time: Option<Timestamp>,
    update_time: Timestamp,
}

/// Claims up to `limit` mails that are due in these lanes, under `lease`; from no lane more than `per_lane`.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    lanes: &[Open],
    (limit, per_lane): (usize, usize),
    now: Timestamp,
    lease: &Lease,
) -> Result<Vec<Claim>, StorageError> {
    let count = |count| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let values = vec![
        Value::from(now.micros()),
        count(limit),
        Value::from(lease.owner.as_str()),
        Value::from(lease.until.micros()),
        json(lanes),
        count(per_lane),
    ];
    let mut rows: Vec<Row> = CLAIM.query(conn, values).await?;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows.into_iter().map(|row| read(row, &lease.owner)).collect()
}

/// Holds a claim until `lease_until`; answers whether it was still held.
pub(crate) async fn renew(conn: &impl ConnectionTrait, claim: &Claim, until: Timestamp) -> Result<bool, StorageError> {
    let values = vec![
        Value::from(claim.id.to_string()),
        Value::from(claim.owner.as_str()),
        Value::from(until.micros()),
    ];
    Ok(RENEW.execute(conn, values).await? > 0)
}

/// Writes what many claims came to; answers for each whose claim was still held.
pub(crate) async fn finish(conn: &impl ConnectionTrait, batch: &[Finish]) -> Result<Vec<Option<Ended>>, StorageError> {
    let rows: Vec<_> = batch.iter().map(write).collect();
    let finished: Vec<Finished> = FINISH.query(conn, vec![json(&rows)]).await?;
    let finished: HashMap<String, Ended> = finished
        .into_iter()
        .map(|row| {
            let account = row.account_id.parse().ok();
            let is_followed = row.is_followed;
            (row.id, Ended { account, is_followed })
        })
        .collect();
    Ok(rows.iter().map(|row| finished.get(&row.id).copied()).collect())
}

fn write(finish: &Finish) -> FinishRow<'_> {
    FinishRow {
        id: finish.id.to_string(),
        owner: &finish.owner,
        state: finish.verdict.state(finish.attempts).as_str(),
        reason: finish.verdict.reason(),
        attempts: finish.verdict.attempts(finish.attempts),
        steps_aside: finish.verdict.steps_aside(),
        next_attempt_time: finish.verdict.retry_time(),
        send_time: matches!(finish.verdict, Verdict::Sent).then_some(finish.time),
        update_time: finish.time,
    }
}

fn read(mut row: Row, owner: &str) -> Result<Claim, StorageError> {
    let id = row.id.parse().map_err(|error| unreadable("mails.id", error))?;
    let (suppressed, trace_parent) = (row.suppressed.take(), row.trace_parent.take());
    let create_time = Timestamp::from_micros(row.create_time);
    let lane = Lane {
        account: std::mem::take(&mut row.account_id),
        domain: std::mem::take(&mut row.recipient_domain),
    };
    let recipient = std::mem::take(&mut row.recipient);
    let (attempts, resent, cancelled) = (
        u32::try_from(row.attempts).unwrap_or(u32::MAX),
        row.resent,
        row.cancelled,
    );
    // One row that cannot be read must not take its neighbours with it.
    let mail = read_mail(id, row)
        .inspect_err(
            |error| tracing::error!(mail.id = %id, error = error as &dyn std::error::Error, "a mail cannot be read"),
        )
        .ok();
    Ok(Claim {
        id,
        owner: owner.to_owned(),
        lane,
        recipient,
        create_time,
        attempts,
        suppressed,
        resent,
        cancelled,
        trace_parent,
        mail,
    })
}

fn read_mail(id: MailId, row: Row) -> Result<Mail, StorageError> {
    let kind = Kind::from_name(&row.kind).ok_or_else(|| unreadable("mails.kind", row.kind))?;
    if kind.needs().link && row.link.is_none() {
        return Err(unreadable("mails.link", "missing"));
    }
    Ok(Mail {
        id,
        kind,
        to: Email::parse(&row.to_address).map_err(|error| unreadable("mails.to_address", error))?,
        language: row.language,
        content: serde_json::from_str(&row.content).map_err(|error| unreadable("mails.content", error))?,
        link: row.link.map(Link::new),
        wording: row
            .wording_id
            .zip(row.wording_version)
            .map(|(id, version)| WordingKey { id, version }),
        message_id: row.message_id,
        create_time: Timestamp::from_micros(row.create_time),
    })
}
