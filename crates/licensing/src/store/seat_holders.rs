//! The table of seat holders.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, Timestamp};

use super::{outrun, unreadable};
use crate::domain::holder::{Holder, HolderKey, Holding, Subject};
use crate::domain::reservation::read_account;

const LOCK: Sql = Sql {
    postgres: "
        SELECT t.account_id, t.subject, t.version, t.products, t.awaited
        FROM json_to_recordset($1::json) AS r(account_id text, subject text)
        JOIN seat_holders t ON t.account_id = r.account_id AND t.subject = r.subject
        ORDER BY t.account_id, t.subject
        FOR UPDATE OF t",
    sqlite: "
        SELECT t.account_id, t.subject, t.version, t.products, t.awaited
        FROM json_each($1) AS r
        CROSS JOIN seat_holders t ON t.account_id = r.value->>'account_id' AND t.subject = r.value->>'subject'",
};

const FIND: Sql = Sql {
    postgres: "
        SELECT t.account_id, t.subject, t.version, t.products, t.awaited
        FROM seat_holders t
        WHERE t.account_id = $1 AND t.subject = ANY (ARRAY(SELECT json_array_elements_text($2::json)))
            AND t.products <> '{}'",
    sqlite: "
        SELECT t.account_id, t.subject, t.version, t.products, t.awaited
        FROM json_each($2) AS r
        CROSS JOIN seat_holders t ON t.account_id = $1 AND t.subject = r.value
        WHERE t.products <> '{}'",
};

/// A product's id stands in quotes in the JSON object, and none contains a quote.
const LIST: Sql = Sql {
    postgres: "
        SELECT account_id, subject, version, products, awaited FROM seat_holders
        WHERE account_id = $1 AND subject > $2 AND products <> '{}' AND strpos(products, $3) > 0
        ORDER BY subject LIMIT $4",
    sqlite: "
        SELECT account_id, subject, version, products, awaited FROM seat_holders
        WHERE account_id = $1 AND subject > $2 AND products <> '{}' AND instr(products, $3) > 0
        ORDER BY subject LIMIT $4",
};

/// Without ON CONFLICT: a holder that has appeared in between makes the transaction start again, because what it changes
/// in the pools depends on what the holder had.
const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO seat_holders (account_id, subject, version, products, awaited, update_time)
        SELECT r.account_id, r.subject, r.version, r.products, r.awaited, $2
        FROM json_to_recordset($1::json)
            AS r(account_id text, subject text, version bigint, products text, awaited text)
        ORDER BY r.account_id, r.subject",
    sqlite: "
        INSERT INTO seat_holders (account_id, subject, version, products, awaited, update_time)
        SELECT value->>'account_id', value->>'subject', value->>'version', value->>'products', value->>'awaited', $2
        FROM json_each($1)",
};

const UPDATE: Sql = Sql {
    postgres: "
        UPDATE seat_holders t
        SET version = r.version, products = r.products, awaited = r.awaited, update_time = $2
        FROM json_to_recordset($1::json)
            AS r(account_id text, subject text, version bigint, products text, awaited text)
        WHERE t.account_id = r.account_id AND t.subject = r.subject AND t.version <= r.version",
    sqlite: "
        UPDATE seat_holders AS t
        SET version = r.value->>'version', products = r.value->>'products', awaited = r.value->>'awaited',
            update_time = $2
        FROM json_each($1) AS r
        WHERE t.account_id = r.value->>'account_id' AND t.subject = r.value->>'subject'
            AND t.version <= r.value->>'version'",
};

/// A tombstone is needed for as long as a reservation from before it can still be confirmed.
const PURGE: Sql = Sql {
    postgres: "
        DELETE FROM seat_holders WHERE ctid = ANY (ARRAY(
            SELECT t.ctid FROM seat_holders t
            WHERE t.products = '{}' AND t.awaited = '[]' AND t.update_time < $1 AND NOT EXISTS (
                SELECT 1 FROM reservations r
                WHERE r.account_id = t.account_id AND r.state = 'PENDING' AND r.create_time <= t.update_time)
            ORDER BY t.update_time LIMIT $2 FOR UPDATE OF t SKIP LOCKED))",
    sqlite: "
        DELETE FROM seat_holders WHERE rowid IN (
            SELECT t.rowid FROM seat_holders t
            WHERE t.products = '{}' AND t.awaited = '[]' AND t.update_time < $1 AND NOT EXISTS (
                SELECT 1 FROM reservations r
                WHERE r.account_id = t.account_id AND r.state = 'PENDING' AND r.create_time <= t.update_time)
            ORDER BY t.update_time LIMIT $2)",
};

/// Locks and reads what these holders hold, as far as they are known.
pub async fn lock(
    tx: &impl ConnectionTrait,
    keys: impl Iterator<Item = HolderKey>,
) -> Result<BTreeMap<HolderKey, Holding>, StorageError> {
    // Each once: a batch may name a holder several times.
    let keys: BTreeSet<_> = keys.collect();
    let keys: Vec<_> = keys.iter().map(KeyRow::from).collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Row> = LOCK.query(tx, vec![json(&keys)]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Reads those of an account's subjects that hold seats.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    subjects: &BTreeSet<Subject>,
) -> Result<Vec<Holder>, StorageError> {
    let subjects: Vec<_> = subjects.iter().map(Subject::to_string).collect();
    let rows: Vec<Row> = FIND
        .query(conn, vec![account.to_string().into(), json(&subjects)])
        .await?;
    rows.into_iter().map(Row::holder).collect()
}

/// Reads up to `limit` of an account's holders, of any product or of one, in the order of their ids after `after`.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    product: Option<&str>,
    after: Option<Subject>,
    limit: usize,
) -> Result<Vec<Holder>, StorageError> {
    let after = after.map(|subject| subject.to_string()).unwrap_or_default();
    // Every object contains a brace.
    let found = product.map_or_else(|| "{".to_owned(), |product| format!("\"{product}\""));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = vec![account.to_string().into(), after.into(), found.into(), limit.into()];
    let rows: Vec<Row> = LIST.query(conn, values).await?;
    rows.into_iter().map(Row::holder).collect()
}

/// Writes holders that were not known when they were to be locked.
pub async fn insert(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    holders: &BTreeMap<HolderKey, Holding>,
) -> Result<(), StorageError> {
    write(tx, INSERT, now, holders).await
}

/// Writes holders that were locked.
pub async fn update(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    holders: &BTreeMap<HolderKey, Holding>,
) -> Result<(), StorageError> {
    write(tx, UPDATE, now, holders).await
}

/// Forgets up to `most` tombstones from before `before`.
pub async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![before.micros().into(), most.into()]).await
}

async fn write(
    tx: &impl ConnectionTrait,
    sql: Sql,
    now: Timestamp,
    holders: &BTreeMap<HolderKey, Holding>,
) -> Result<(), StorageError> {
    if holders.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = holders.iter().map(HolderRow::read).collect::<Result<_, _>>()?;
    let written = sql.execute(tx, vec![json(&rows), Value::from(now.micros())]).await?;
    if usize::try_from(written) == Ok(rows.len()) {
        Ok(())
    } else {
        Err(outrun("a seat holder"))
    }
}

#[derive(FromQueryResult)]
struct Row {
    account_id: String,
    subject: String,
    version: i64,
    products: String,
    awaited: String,
}

impl Row {
    fn read(self) -> Result<(HolderKey, Holding), StorageError> {
        let key = HolderKey {
            account: read_account(&self.account_id).map_err(|_| unreadable("seat_holders.account_id"))?,
            subject: Subject::read(&self.subject).map_err(|_| unreadable("seat_holders.subject"))?,
        };
        let holding = Holding {
            version: self.version,
            products: serde_json::from_str(&self.products).map_err(|_| unreadable("seat_holders.products"))?,
            awaited: serde_json::from_str(&self.awaited).map_err(|_| unreadable("seat_holders.awaited"))?,
        };
        Ok((key, holding))
    }

    fn holder(self) -> Result<Holder, StorageError> {
        let (key, holding) = self.read()?;
        Ok(Holder {
            subject: key.subject,
            holding,
        })
    }
}

#[derive(Serialize)]
struct KeyRow {
    account_id: String,
    subject: String,
}

impl From<&HolderKey> for KeyRow {
    fn from(key: &HolderKey) -> Self {
        Self {
            account_id: key.account.to_string(),
            subject: key.subject.to_string(),
        }
    }
}

#[derive(Serialize)]
struct HolderRow {
    #[serde(flatten)]
    key: KeyRow,
    version: i64,
    products: String,
    awaited: String,
}

impl HolderRow {
    fn read((key, holding): (&HolderKey, &Holding)) -> Result<Self, StorageError> {
        Ok(Self {
            key: key.into(),
            version: holding.version,
            products: serde_json::to_string(&holding.products).map_err(|_| unreadable("seat_holders.products"))?,
            awaited: serde_json::to_string(&holding.awaited).map_err(|_| unreadable("seat_holders.awaited"))?,
        })
    }
}
