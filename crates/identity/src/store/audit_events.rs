//! The audit log: events are added at its end, in the transaction of what they tell; never changed.

use std::collections::{BTreeMap, HashSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, AuditEventId, Timestamp};

use super::broken;
use super::entity::audit_event;
use crate::domain::audit::{Entry, Event, Head};
use crate::domain::audit_log::{Filter, Order, POST};
use crate::domain::error::Error;

/// How many events one statement adds when there are very many.
const BATCH: usize = 1_000;

#[derive(FromQueryResult)]
struct HeadRow {
    account_id: String,
    sequence: i64,
    hash: String,
}

/// In one order, so that two transactions with several accounts wait for one another instead of for each other.
const LOCK: Sql = Sql {
    postgres: "SELECT account_id, sequence, hash FROM audit_heads
        WHERE account_id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) ORDER BY account_id FOR UPDATE",
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
    for batch in sealed.chunks(BATCH) {
        INSERT.execute(conn, vec![json(batch)]).await?;
    }
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

const KNOWN: Sql = Sql {
    postgres: "SELECT id FROM audit_events WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "SELECT id FROM audit_events WHERE id IN (SELECT value FROM json_each($1))",
};

#[derive(FromQueryResult)]
struct IdRow {
    id: String,
}

/// Which of these events are in a log already.
pub async fn known(conn: &impl ConnectionTrait, ids: &[AuditEventId]) -> Result<HashSet<AuditEventId>, Error> {
    let rows: Vec<IdRow> = KNOWN.query(conn, vec![json(ids)]).await?;
    let parse = |row: IdRow| row.id.parse().map_err(broken("audit_events.id"));
    rows.into_iter().map(parse).collect()
}

const SEQUENCES: Sql = Sql {
    postgres: "SELECT account_id, sequence, hash FROM audit_heads
        WHERE account_id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "SELECT account_id, sequence, hash FROM audit_heads
        WHERE account_id IN (SELECT value FROM json_each($1))",
};

/// How far the logs of these accounts have come.
pub async fn sequences(conn: &impl ConnectionTrait, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>, Error> {
    let rows: Vec<HeadRow> = SEQUENCES.query(conn, vec![json(accounts)]).await?;
    let read = |row: HeadRow| {
        let account = row.account_id.parse().map_err(broken("audit_heads.account_id"))?;
        Ok((account, row.sequence))
    };
    rows.into_iter().map(read).collect()
}

const HEAD_TEXT: &str = "SELECT account_id, sequence, hash FROM audit_heads WHERE account_id = $1";
const HEAD: Sql = Sql {
    postgres: HEAD_TEXT,
    sqlite: HEAD_TEXT,
};

/// The end of an account's log.
pub async fn head(conn: &impl ConnectionTrait, account: AccountId) -> Result<Head, Error> {
    let row = HEAD
        .query_one::<HeadRow>(conn, vec![account.to_string().into()])
        .await?;
    let head = row.map(|HeadRow { sequence, hash, .. }| Head { sequence, hash });
    Ok(head.unwrap_or_default())
}

/// The events of an account's log that `filter` lets through, in an order, beyond the number `after`.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    order: Order,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Entry>, Error> {
    use audit_event::Column;
    let query = audit_event::Entity::find().filter(Column::AccountId.eq(account.to_string()));
    let query = match (order, after) {
        (Order::Ascending, Some(after)) => query.filter(Column::Sequence.gt(after)),
        (Order::Descending, Some(after)) => query.filter(Column::Sequence.lt(after)),
        (Order::Ascending | Order::Descending, None) => query,
    };
    let query = match order {
        Order::Ascending => query.order_by_asc(Column::Sequence),
        Order::Descending => query.order_by_desc(Column::Sequence),
    };
    let rows = restrict(query, filter)
        .limit(limit)
        .all(conn)
        .await
        .map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

fn restrict(mut query: Select<audit_event::Entity>, filter: &Filter) -> Select<audit_event::Entity> {
    use audit_event::Column;
    if !filter.actor_id.is_empty() {
        query = query.filter(Column::ActorId.eq(&filter.actor_id));
    }
    if !filter.subject_id.is_empty() {
        query = query.filter(Column::SubjectId.eq(&filter.subject_id));
    }
    if !filter.action_prefix.is_empty() {
        query = query.filter(action_begin(&filter.action_prefix).eq(&filter.action_prefix));
    }
    if filter.except_post {
        query = query.filter(action_begin(POST).ne(POST));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(Column::Outcome.eq(outcome.as_str()));
    }
    if let Some(start) = filter.start_time {
        query = query.filter(Column::CreateTime.gte(start.micros()));
    }
    if let Some(end) = filter.end_time {
        query = query.filter(Column::CreateTime.lt(end.micros()));
    }
    query
}

/// As much of the action as `prefix` is long. Not LIKE: an underscore is a wildcard there.
fn action_begin(prefix: &str) -> Expr {
    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
    let action = Expr::col(audit_event::Column::Action);
    Func::cust(Alias::new("substr")).arg(action).arg(1).arg(length).into()
}

fn read(row: audit_event::Model) -> Result<Entry, Error> {
    Ok(Entry {
        head: Head {
            sequence: row.sequence,
            hash: row.hash,
        },
        event: Event {
            id: row.id.parse().map_err(broken("audit_events.id"))?,
            account_id: row.account_id.parse().map_err(broken("audit_events.account_id"))?,
            actor_id: row.actor_id,
            on_behalf_of: row.on_behalf_of,
            action: row.action.into(),
            subject_id: row.subject_id,
            before: row.before,
            after: row.after,
            outcome: row.outcome.parse().map_err(broken("audit_events.outcome"))?,
            request_id: row.request_id,
            source: row.source,
            create_time: Timestamp::from_micros(row.create_time),
        },
    })
}
