//! Sessions.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use storage::{Sql, StorageError, json};
use types::{SessionId, Timestamp, UserId};

use super::broken;
use super::entity::session;
use crate::domain::error::Error;
use crate::domain::session::Session;

/// A new session.
pub async fn insert(conn: &impl ConnectionTrait, session: &Session, now: Timestamp) -> Result<(), StorageError> {
    let row = session::ActiveModel {
        id: Set(session.id.to_string()),
        user_id: Set(session.user_id.to_string()),
        account_id: Set(session.account_id.to_string()),
        refresh_hash: Set(session.refresh_hash.clone()),
        create_time: Set(now.micros()),
        expire_time: Set(session.expire_time.micros()),
        end_time: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// A session that has not ended.
pub async fn find(conn: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>, Error> {
    let query = session::Entity::find_by_id(id.to_string()).filter(session::Column::EndTime.is_null());
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

/// Puts the next refresh token in the place of the one that was just used. False when somebody else was first.
pub async fn rotate(
    conn: &impl ConnectionTrait,
    id: SessionId,
    used: &str,
    next: &str,
    expire_time: Timestamp,
) -> Result<bool, StorageError> {
    let update = session::Entity::update_many()
        .col_expr(session::Column::RefreshHash, Expr::value(next))
        .col_expr(session::Column::ExpireTime, Expr::value(expire_time.micros()))
        .filter(session::Column::Id.eq(id.to_string()))
        .filter(session::Column::RefreshHash.eq(used))
        .filter(session::Column::EndTime.is_null());
    Ok(update.exec(conn).await?.rows_affected == 1)
}

/// Ends a session for good. False when it had ended before.
pub async fn end(
    conn: &impl ConnectionTrait,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let update = session::Entity::update_many()
        .col_expr(session::Column::EndTime, Expr::value(now.micros()))
        .filter(session::Column::Id.eq(id.to_string()))
        .filter(session::Column::UserId.eq(user.to_string()))
        .filter(session::Column::EndTime.is_null());
    Ok(update.exec(conn).await?.rows_affected == 1)
}

const END_ALL: Sql = Sql {
    postgres: "UPDATE sessions SET end_time = $2
        WHERE user_id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) AND end_time IS NULL
        RETURNING id",
    sqlite: "UPDATE sessions SET end_time = $2
        WHERE user_id IN (SELECT value FROM json_each($1)) AND end_time IS NULL
        RETURNING id",
};

#[derive(FromQueryResult)]
struct IdRow {
    id: String,
}

/// Ends all sessions of these users; says which, to be told when the transaction is over (`App::tell_ended`).
pub async fn end_all(conn: &impl ConnectionTrait, users: &[UserId], now: Timestamp) -> Result<Vec<SessionId>, Error> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<IdRow> = END_ALL.query(conn, vec![json(users), now.micros().into()]).await?;
    let parse = |row: IdRow| row.id.parse().map_err(broken("sessions.id"));
    rows.into_iter().map(parse).collect()
}

const END_OTHERS_TEXT: &str = "UPDATE sessions SET end_time = $3
    WHERE user_id = $1 AND id <> $2 AND end_time IS NULL RETURNING id";
const END_OTHERS: Sql = Sql {
    postgres: END_OTHERS_TEXT,
    sqlite: END_OTHERS_TEXT,
};

/// Ends all sessions of a user but one; says which, as [`end_all`].
pub async fn end_others(
    conn: &impl ConnectionTrait,
    user: UserId,
    kept: SessionId,
    now: Timestamp,
) -> Result<Vec<SessionId>, Error> {
    let values = vec![user.to_string().into(), kept.to_string().into(), now.micros().into()];
    let rows: Vec<IdRow> = END_OTHERS.query(conn, values).await?;
    let parse = |row: IdRow| row.id.parse().map_err(broken("sessions.id"));
    rows.into_iter().map(parse).collect()
}

const OPEN: Sql = Sql {
    postgres: "SELECT id FROM sessions
        WHERE user_id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) AND end_time IS NULL AND expire_time > $2",
    sqlite: "SELECT id FROM sessions
        WHERE user_id IN (SELECT value FROM json_each($1)) AND end_time IS NULL AND expire_time > $2",
};

/// The sessions of these users that go on, to be told of when their permissions have changed (`App::tell_ended`).
pub async fn open(conn: &impl ConnectionTrait, users: &[UserId], now: Timestamp) -> Result<Vec<SessionId>, Error> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<IdRow> = OPEN.query(conn, vec![json(users), now.micros().into()]).await?;
    let parse = |row: IdRow| row.id.parse().map_err(broken("sessions.id"));
    rows.into_iter().map(parse).collect()
}

fn read(row: session::Model) -> Result<Session, Error> {
    Ok(Session {
        id: row.id.parse().map_err(broken("sessions.id"))?,
        user_id: row.user_id.parse().map_err(broken("sessions.user_id"))?,
        account_id: row.account_id.parse().map_err(broken("sessions.account_id"))?,
        refresh_hash: row.refresh_hash,
        expire_time: Timestamp::from_micros(row.expire_time),
    })
}
