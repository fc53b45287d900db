//! The table of seat pools.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, Timestamp};

use super::{outrun, unreadable};
use crate::domain::reservation::read_account;
use crate::domain::seat_pool::{Pool, PoolChange, PoolKey, Scheduled};
use crate::domain::seat_totals::Total;

const LOCK: Sql = Sql {
    postgres: "
        SELECT t.account_id, t.product, t.seats, t.assigned, t.reserved, t.next_seats, t.next_time
        FROM json_to_recordset($1::json) AS r(account_id text, product text)
        JOIN seat_pools t ON t.account_id = r.account_id AND t.product = r.product
        ORDER BY t.account_id, t.product
        FOR UPDATE OF t",
    sqlite: "
        SELECT t.account_id, t.product, t.seats, t.assigned, t.reserved, t.next_seats, t.next_time
        FROM json_each($1) AS r
        CROSS JOIN seat_pools t ON t.account_id = r.value->>'account_id' AND t.product = r.value->>'product'",
};

const LIST: &str = "
    SELECT account_id, product, seats, assigned, reserved, next_seats, next_time
    FROM seat_pools WHERE account_id = $1 ORDER BY product";

const LIST_MANY: Sql = Sql {
    postgres: "
        SELECT t.account_id, t.product, t.seats, t.assigned, t.reserved, t.next_seats, t.next_time
        FROM json_array_elements_text($1::json) AS r(account_id)
        JOIN seat_pools t ON t.account_id = r.account_id",
    sqlite: "
        SELECT t.account_id, t.product, t.seats, t.assigned, t.reserved, t.next_seats, t.next_time
        FROM json_each($1) AS r CROSS JOIN seat_pools t ON t.account_id = r.value",
};

const LOCK_ALL: Sql = Sql {
    postgres: "
        SELECT account_id, product, seats, assigned, reserved, next_seats, next_time
        FROM seat_pools WHERE account_id = $1 ORDER BY product FOR UPDATE",
    sqlite: LIST,
};

/// The guard stands here too, and not only in the decision: no path may take a seat that is not there.
const TAKE: Sql = Sql {
    postgres: "
        UPDATE seat_pools t SET reserved = t.reserved + r.quantity
        FROM json_to_recordset($1::json) AS r(account_id text, product text, quantity bigint)
        WHERE t.account_id = r.account_id AND t.product = r.product
            AND t.assigned + t.reserved + r.quantity <= least(t.seats, coalesce(t.next_seats, t.seats))",
    sqlite: "
        UPDATE seat_pools AS t SET reserved = t.reserved + r.value->>'quantity'
        FROM json_each($1) AS r
        WHERE t.account_id = r.value->>'account_id' AND t.product = r.value->>'product'
            AND t.assigned + t.reserved + r.value->>'quantity' <= min(t.seats, coalesce(t.next_seats, t.seats))",
};

const CHANGE: Sql = Sql {
    postgres: "
        UPDATE seat_pools t SET assigned = t.assigned + r.assigned, reserved = t.reserved + r.reserved
        FROM json_to_recordset($1::json) AS r(account_id text, product text, assigned bigint, reserved bigint)
        WHERE t.account_id = r.account_id AND t.product = r.product",
    sqlite: "
        UPDATE seat_pools AS t
        SET assigned = t.assigned + r.value->>'assigned', reserved = t.reserved + r.value->>'reserved'
        FROM json_each($1) AS r
        WHERE t.account_id = r.value->>'account_id' AND t.product = r.value->>'product'",
};

const SET_TOTALS: Sql = Sql {
    postgres: "
        INSERT INTO seat_pools (account_id, product, seats, assigned, reserved, next_seats, next_time)
        SELECT $1, r.product, r.seats, 0, 0, r.next_seats, r.next_time
        FROM json_to_recordset($2::json) AS r(product text, seats bigint, next_seats bigint, next_time bigint)
        ORDER BY r.product
        ON CONFLICT (account_id, product) DO UPDATE SET
            seats = excluded.seats, next_seats = excluded.next_seats, next_time = excluded.next_time",
    sqlite: "
        INSERT INTO seat_pools (account_id, product, seats, assigned, reserved, next_seats, next_time)
        SELECT $1, value->>'product', value->>'seats', 0, 0, value->>'next_seats', value->>'next_time'
        FROM json_each($2) WHERE true
        ON CONFLICT (account_id, product) DO UPDATE SET
            seats = excluded.seats, next_seats = excluded.next_seats, next_time = excluded.next_time",
};

/// Locks and reads these pools, as far as there are any.
pub async fn lock(
    tx: &impl ConnectionTrait,
    keys: impl Iterator<Item = &PoolKey>,
) -> Result<BTreeMap<PoolKey, Pool>, StorageError> {
    let keys: Vec<_> = keys.map(KeyRow::from).collect();
    let rows: Vec<Row> = LOCK.query(tx, vec![json(&keys)]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Reads an account's pools, in alphabetical order of products.
pub async fn list(conn: &impl ConnectionTrait, account: AccountId) -> Result<BTreeMap<PoolKey, Pool>, StorageError> {
    let list = Sql {
        postgres: LIST,
        sqlite: LIST,
    };
    let rows: Vec<Row> = list.query(conn, vec![account.to_string().into()]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Reads many accounts' pools.
pub async fn list_many(
    conn: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<BTreeMap<PoolKey, Pool>, StorageError> {
    let rows: Vec<Row> = LIST_MANY.query(conn, vec![json(accounts)]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Reserves seats in pools that were locked, provided that they have them.
pub async fn take(tx: &impl ConnectionTrait, taken: &BTreeMap<PoolKey, i64>) -> Result<(), StorageError> {
    if taken.is_empty() {
        return Ok(());
    }
    let row = |(key, &quantity)| TakenRow {
        key: KeyRow::from(key),
        quantity,
    };
    let rows: Vec<_> = taken.iter().map(row).collect();
    expect(TAKE.execute(tx, vec![json(&rows)]).await?, rows.len())
}

/// Locks pools and changes their counters.
pub async fn change(tx: &impl ConnectionTrait, changes: &BTreeMap<PoolKey, PoolChange>) -> Result<(), StorageError> {
    if changes.is_empty() {
        return Ok(());
    }
    // An UPDATE locks in the order in which it finds the rows; hence the lock before it.
    lock(tx, changes.keys()).await?;
    let row = |(key, change): (_, &PoolChange)| ChangedRow {
        key: KeyRow::from(key),
        assigned: change.assigned,
        reserved: change.reserved,
    };
    let rows: Vec<_> = changes.iter().map(row).collect();
    expect(CHANGE.execute(tx, vec![json(&rows)]).await?, rows.len())
}

/// Locks and reads all pools of an account.
pub async fn lock_all(tx: &impl ConnectionTrait, account: AccountId) -> Result<BTreeMap<PoolKey, Pool>, StorageError> {
    let rows: Vec<Row> = LOCK_ALL.query(tx, vec![account.to_string().into()]).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Sets how many seats pools of an account have, and will have; those that are there already were locked.
pub async fn set_totals(
    tx: &impl ConnectionTrait,
    account: AccountId,
    totals: &BTreeMap<String, Total>,
) -> Result<(), StorageError> {
    let row = |(product, total): (&String, &Total)| TotalRow {
        product: product.clone(),
        seats: total.seats,
        next_seats: total.next.map(|next| next.seats),
        next_time: total.next.map(|next| next.time.micros()),
    };
    let rows: Vec<_> = totals.iter().map(row).collect();
    let written = SET_TOTALS
        .execute(tx, vec![account.to_string().into(), json(&rows)])
        .await?;
    expect(written, rows.len())
}

fn expect(written: u64, rows: usize) -> Result<(), StorageError> {
    if usize::try_from(written) == Ok(rows) {
        Ok(())
    } else {
        Err(outrun("a seat pool"))
    }
}

#[derive(FromQueryResult)]
struct Row {
    account_id: String,
    product: String,
    seats: i64,
    assigned: i64,
    reserved: i64,
    next_seats: Option<i64>,
    next_time: Option<i64>,
}

impl Row {
    fn read(self) -> Result<(PoolKey, Pool), StorageError> {
        let account = read_account(&self.account_id).map_err(|_| unreadable("seat_pools.account_id"))?;
        let next = self.next_seats.zip(self.next_time);
        let pool = Pool {
            seats: self.seats,
            assigned: self.assigned,
            reserved: self.reserved,
            next: next.map(|(seats, micros)| Scheduled {
                seats,
                time: Timestamp::from_micros(micros),
            }),
        };
        Ok((PoolKey::new(account, self.product), pool))
    }
}

#[derive(Serialize)]
struct KeyRow {
    account_id: String,
    product: String,
}

impl From<&PoolKey> for KeyRow {
    fn from(key: &PoolKey) -> Self {
        Self {
            account_id: key.account.to_string(),
            product: key.product.clone(),
        }
    }
}

#[derive(Serialize)]
struct TakenRow {
    #[serde(flatten)]
    key: KeyRow,
    quantity: i64,
}

#[derive(Serialize)]
struct ChangedRow {
    #[serde(flatten)]
    key: KeyRow,
    assigned: i64,
    reserved: i64,
}

#[derive(Serialize)]
struct TotalRow {
    product: String,
    seats: i64,
    next_seats: Option<i64>,
    next_time: Option<i64>,
}
