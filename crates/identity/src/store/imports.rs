//! Imports, and who is at work on them.

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use storage::{Sql, StorageError};
use types::{AccountId, ImportId, Timestamp};

use super::entity::import::{self, ActiveModel, Column, Entity, Model};
use super::{broken, exclusive};
use crate::domain::audit::Origin;
use crate::domain::error::Error;
use crate::domain::import::Import;

/// Adds an import; `fingerprint` is the same for the same file with the same options.
pub async fn insert(conn: &impl ConnectionTrait, import: &Import, fingerprint: &str) -> Result<(), Error> {
    let row = ActiveModel {
        fingerprint: Set(fingerprint.to_owned()),
        ..write(import)?
    };
    let insert = Entity::insert(row).exec_without_returning(conn);
    Ok(insert.await.map(drop).map_err(StorageError::from)?)
}

/// Writes how far an import has come.
pub async fn update(conn: &impl ConnectionTrait, import: &Import) -> Result<(), Error> {
    let update = Entity::update_many()
        .set(write(import)?)
        .filter(Column::Id.eq(import.id.to_string()));
    update.exec(conn).await.map_err(StorageError::from)?;
    Ok(())
}

/// One import of an account.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, id: ImportId) -> Result<Option<Import>, Error> {
    let query = Entity::find_by_id(id.to_string()).filter(Column::AccountId.eq(account.to_string()));
    let row = query.one(conn).await.map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// The same, which nobody else changes until the transaction is over.
pub async fn lock(conn: &impl ConnectionTrait, account: AccountId, id: ImportId) -> Result<Option<Import>, Error> {
    let query = Entity::find_by_id(id.to_string()).filter(Column::AccountId.eq(account.to_string()));
    let row = exclusive(query, conn).one(conn).await.map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// Imports of an account before `before`, the latest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<ImportId>,
    limit: u64,
) -> Result<Vec<Import>, Error> {
    let mut query = Entity::find().filter(Column::AccountId.eq(account.to_string()));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.to_string()));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(conn).await;
    rows.map_err(StorageError::from)?.into_iter().map(read).collect()
}

/// The latest import of the same file with the same options.
pub async fn twin(conn: &impl ConnectionTrait, account: AccountId, fingerprint: &str) -> Result<Option<Import>, Error> {
    let query = Entity::find()
        .filter(Column::AccountId.eq(account.to_string()))
        .filter(Column::Fingerprint.eq(fingerprint))
        .order_by_desc(Column::Id);
    let row = query.one(conn).await.map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// The earliest of each account's that nobody is at work on, and one of these.
const CLAIM: Sql = Sql {
    postgres: "UPDATE imports SET lease_owner = $1, lease_until = $2
        WHERE id = (
            SELECT i.id FROM imports i
            WHERE i.end_time IS NULL AND (i.lease_until IS NULL OR i.lease_until <= $3)
                AND NOT EXISTS (SELECT 1 FROM imports o
                    WHERE o.account_id = i.account_id AND o.end_time IS NULL AND o.id < i.id)
            ORDER BY i.id LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING *",
    sqlite: "UPDATE imports SET lease_owner = $1, lease_until = $2
        WHERE id = (
            SELECT i.id FROM imports i
            WHERE i.end_time IS NULL AND (i.lease_until IS NULL OR i.lease_until <= $3)
                AND NOT EXISTS (SELECT 1 FROM imports o
                    WHERE o.account_id = i.account_id AND o.end_time IS NULL AND o.id < i.id)
            ORDER BY i.id LIMIT 1)
        RETURNING *",
};

/// Takes an import to work on until `until`; none when there is nothing to do.
pub async fn claim(
    conn: &impl ConnectionTrait,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Import>, Error> {
    let values = vec![owner.into(), until.micros().into(), now.micros().into()];
    let row: Option<Model> = CLAIM.query_one(conn, values).await?;
    row.map(read).transpose()
}

const RENEW_TEXT: &str = "UPDATE imports SET lease_until = $3 WHERE id = $1 AND lease_owner = $2 AND end_time IS NULL";
const RENEW: Sql = Sql {
    postgres: RENEW_TEXT,
    sqlite: RENEW_TEXT,
};

/// Works on until `until`. False when somebody else does, or nobody is to any more.
pub async fn renew(
    conn: &impl ConnectionTrait,
    id: ImportId,
    owner: &str,
    until: Timestamp,
) -> Result<bool, StorageError> {
    let values = vec![id.to_string().into(), owner.into(), until.micros().into()];
    RENEW.execute(conn, values).await.map(|changed| changed == 1)
}

const RELEASE_TEXT: &str = "UPDATE imports SET lease_until = $2 WHERE lease_owner = $1 AND end_time IS NULL";
const RELEASE: Sql = Sql {
    postgres: RELEASE_TEXT,
    sqlite: RELEASE_TEXT,
};

/// Leaves what `owner` works on to others from `until` on.
pub async fn release(conn: &impl ConnectionTrait, owner: &str, until: Timestamp) -> Result<(), StorageError> {
    RELEASE
        .execute(conn, vec![owner.into(), until.micros().into()])
        .await
        .map(drop)
}

const FORGET_TEXT: &str = "DELETE FROM imports WHERE end_time < $1";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets imports that ended before a point in time; says how many.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}

fn write(import: &Import) -> Result<ActiveModel, Error> {
    Ok(ActiveModel {
        id: Set(import.id.to_string()),
        account_id: Set(import.account_id.to_string()),
        creator_id: Set(import.creator_id.to_string()),
        source: Set(import.origin.source.clone()),
        state: Set(import.state.as_str().to_owned()),
        options: Set(text(&import.options)?),
        size: Set(import.size),
        sha256: Set(import.sha256.clone()),
        encoding: Set(import.encoding.clone()),
        columns: Set(text(&import.columns)?),
        row_count: Set(import.row_count),
        counts: Set(text(&import.counts)?),
        seats: Set(text(&import.seats)?),
        fault: Set(import.fault.as_ref().map(text).transpose()?),
        is_cancelled: Set(import.is_cancelled),
        revision: Set(import.revision),
        create_time: Set(import.create_time.micros()),
        end_time: Set(import.end_time.map(Timestamp::micros)),
        ..ActiveModel::default()
    })
}

fn text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(broken("imports"))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(broken("imports"))
}

fn read(row: import::Model) -> Result<Import, Error> {
    let id: ImportId = row.id.parse().map_err(broken("imports.id"))?;
    Ok(Import {
        id,
        account_id: row.account_id.parse().map_err(broken("imports.account_id"))?,
        creator_id: row.creator_id.parse().map_err(broken("imports.creator_id"))?,
        origin: Origin {
            actor_id: row.creator_id,
            source: row.source,
            request_id: id.to_string(),
        },
        state: row.state.parse().map_err(broken("imports.state"))?,
        options: parse(&row.options)?,
        size: row.size,
        sha256: row.sha256,
        encoding: row.encoding,
        columns: parse(&row.columns)?,
        row_count: row.row_count,
        counts: parse(&row.counts)?,
        seats: parse(&row.seats)?,
        fault: row.fault.as_deref().map(parse).transpose()?,
        is_cancelled: row.is_cancelled,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        end_time: row.end_time.map(Timestamp::from_micros),
    })
}
