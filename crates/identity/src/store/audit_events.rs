//! The audit log: events are added at its end, in the transaction of what they tell; never changed.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, json};
use types::AccountId;

use super::broken;
use crate::domain::audit::{Event, Head};
use crate::domain::error::Error;

#[derive(FromQueryResult)]
struct HeadRow {
    account_id: String,
    sequence: i64,
    hash: String,
}

/// In one order, so that two transactions with several accounts wait for one another instead of for each other.
const LOCK: Sql = Sql {
    postgres: "SELECT account_id, sequence, hash FROM audit_heads
        WHERE account_id IN (SELECT value FROM json_array_elements_text($1::json)) ORDER BY account_id FOR UPDATE",
    sqlite: "SELECT account_id, sequence, hash FROM audit_heads
        WHERE account_id IN (SELECT value FROM json_each($1)) ORDER BY account_id",
};

const INSERT: Sql = Sql {
    postgres: "INSERT INTO audit_events (account_id, sequence, id, actor_id, on_behalf_of, action, subject_id, before,
            after, outcome, request_id, source, create_time, hash)
        SELECT account_id, sequence, id, actor_id, on_behalf_of, action, subject_id, before, after, outcome, request_id,
            source, create_time, hash
        FROM json_to_recordset($1::json) AS r(account_id text, sequence bigint, id text, actor_id text,
            on_behalf_of text, action text, subject_id text, before text, after text, outcome text, request_id text,
            source text, create_time bigint, hash text)",
    sqlite: "INSERT INTO audit_events (account_id, sequence, id, actor_id, on_behalf_of, action, subject_id, before,
            after, outcome, request_id, source, create_time, hash)
        SELECT value->>'account_id', value->>'sequence', value->>'id', value->>'actor_id', value->>'on_behalf_of',
            value->>'action', value->>'subject_id', value->>'before', value->>'after', value->>'outcome',
            value->>'request_id', value->>'source', value->>'create_time', value->>'hash'
        FROM json_each($1)",
};

const ADVANCE: Sql = Sql {
    postgres: "INSERT INTO audit_heads (account_id, sequence, hash)
        SELECT account_id, sequence, hash
        FROM json_to_recordset($1::json) AS r(account_id text, sequence bigint, hash text)
        ON CONFLICT (account_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
    sqlite: "INSERT INTO audit_heads (account_id, sequence, hash)
        SELECT value->>'account_id', value->>'sequence', value->>'hash' FROM json_each($1) WHERE true
        ON CONFLICT (account_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
};

#[derive(Serialize)]
struct Sealed<'a> {
    #[serde(flatten)]
    event: &'a Event,
    sequence: i64,
    hash: String,
}

#[derive(Serialize)]
struct Advanced {
    account_id: AccountId,
    sequence: i64,
    hash: String,
}

/// Adds events at the end of their accounts' logs. The last that a transaction does, since it holds the logs' ends until
/// the transaction is over: whoever reads a log sees its events in the order of their numbers, without gaps.
pub async fn append(conn: &impl ConnectionTrait, events: &[Event]) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut heads = lock(conn, events).await?;
    let mut sealed = Vec::with_capacity(events.len());
    for event in events {
        let head = heads.entry(event.account_id).or_default();
        *head = head.next(event);
        sealed.push(Sealed {
            event,
            sequence: head.sequence,
            hash: head.hash.clone(),
        });
    }
    let advanced: Vec<Advanced> = heads
        .into_iter()
        .map(|(account_id, Head { sequence, hash })| Advanced {
            account_id,
            sequence,
            hash,
        })
        .collect();
    INSERT.execute(conn, vec![json(&sealed)]).await?;
    ADVANCE.execute(conn, vec![json(&advanced)]).await?;
    Ok(())
}

async fn lock(conn: &impl ConnectionTrait, events: &[Event]) -> Result<BTreeMap<AccountId, Head>, Error> {
    let mut accounts: Vec<AccountId> = events.iter().map(|event| event.account_id).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let rows: Vec<HeadRow> = LOCK.query(conn, vec![json(&accounts)]).await?;
    let read = |row: HeadRow| {
        let account_id = row.account_id.parse().map_err(broken("audit_heads.account_id"))?;
        let HeadRow { sequence, hash, .. } = row;
        Ok((account_id, Head { sequence, hash }))
    };
    rows.into_iter().map(read).collect()
}
