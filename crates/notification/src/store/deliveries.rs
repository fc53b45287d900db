//! The table `mails` as an account's admins see it: never the content, never the link.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Value,
};
use storage::{Sql, StorageError, json};
use types::{AccountId, InvitationId, MailId, Timestamp};

use super::unreadable;
use crate::domain::{Delivery, Filter, Kind, Position, State};

mod row {
    //! One row as the database has it, less what is nobody's to see.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mails")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub invitation_id: String,
        pub kind: String,
        pub to_address: String,
        pub state: String,
        pub attempts: i64,
        pub reason: String,
        pub message_id: String,
        pub next_attempt_time: Option<i64>,
        pub create_time: i64,
        pub update_time: i64,
        pub send_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const LATEST: Sql = Sql {
    postgres: "
        SELECT latest.*
        FROM (SELECT DISTINCT json_array_elements_text($2::json) AS invitation_id) AS r
        CROSS JOIN LATERAL (
            SELECT id, account_id, invitation_id, kind, to_address, state, attempts, reason, message_id, next_attempt_time,
                   create_time, update_time, send_time
            FROM mails
            WHERE account_id = $1 AND invitation_id = r.invitation_id
            ORDER BY create_time DESC, id DESC
            LIMIT 1) AS latest",
    sqlite: "
        SELECT id, account_id, invitation_id, kind, to_address, state, attempts, reason,
               message_id, next_attempt_time, create_time, update_time, send_time
        FROM (SELECT mails.*, row_number() OVER (PARTITION BY invitation_id ORDER BY create_time DESC, id DESC) AS place
              FROM mails
              WHERE account_id = $1 AND invitation_id IN (SELECT value FROM json_each($2)))
        WHERE place = 1",
};

const CHANGED_TEXT: &str = "
    SELECT id, account_id, invitation_id, kind, to_address, state, attempts, reason, message_id, next_attempt_time,
           create_time, update_time, send_time
    FROM mails WHERE account_id = $1 AND (update_time, id) > ($2, $3) ORDER BY update_time, id LIMIT $4";
const CHANGED: Sql = Sql {
    postgres: CHANGED_TEXT,
    sqlite: CHANGED_TEXT,
};

/// Up to `limit` of an account's deliveries, the latest first, beginning after `after`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    filter: Filter,
    after: Option<Position>,
    limit: usize,
) -> Result<Vec<Delivery>, StorageError> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .apply_if(filter.state, |query, state| {
            query.filter(row::Column::State.eq(state.as_str()))
        })
        .apply_if(filter.invitation, |query, invitation| {
            query.filter(row::Column::InvitationId.eq(invitation.to_string()))
        })
        .apply_if(after, |query, after| query.filter(is_after(after)))
        .order_by_desc(row::Column::CreateTime)
        .order_by_desc(row::Column::Id)
        .limit(u64::try_from(limit).ok())
        .all(conn)
        .await?;
    rows.into_iter().map(read).collect()
}

/// One of an account's deliveries.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: MailId,
) -> Result<Option<Delivery>, StorageError> {
    let query = row::Entity::find_by_id(id.to_string()).filter(row::Column::AccountId.eq(account.to_string()));
    query.one(conn).await?.map(read).transpose()
}

/// One delivery, of whatever account or none.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: MailId) -> Result<Option<Delivery>, StorageError> {
    let row = row::Entity::find_by_id(id.to_string()).one(conn).await?;
    row.map(read).transpose()
}

/// Up to `limit` of an account's deliveries that have changed since this time, beginning after this one, in the order in
/// which they have.
pub(crate) async fn changed(
    conn: &impl ConnectionTrait,
    account: AccountId,
    (since, after): (Timestamp, Option<MailId>),
    limit: usize,
) -> Result<Vec<Delivery>, StorageError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values = vec![
        Value::from(account.to_string()),
        Value::from(since.micros()),
        Value::from(after),
        Value::from(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows: Vec<row::Model> = CHANGED.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

/// The latest delivery about each of an account's `invitations`.
pub(crate) async fn latest(
    conn: &impl ConnectionTrait,
    account: AccountId,
    invitations: &[InvitationId],
) -> Result<Vec<Delivery>, StorageError> {
    let rows: Vec<row::Model> = LATEST
        .query(conn, vec![Value::from(account.to_string()), json(invitations)])
        .await?;
    rows.into_iter().map(read).collect()
}

fn is_after(position: Position) -> Condition {
    let (time, id) = (position.create_time.micros(), position.id.to_string());
    Condition::any().add(row::Column::CreateTime.lt(time)).add(
        Expr::col(row::Column::CreateTime)
            .eq(time)
            .and(Expr::col(row::Column::Id).lt(id)),
    )
}

fn read(row: row::Model) -> Result<Delivery, StorageError> {
    let state = State::from_name(&row.state).ok_or_else(|| unreadable("mails.state", row.state))?;
    Ok(Delivery {
        id: row.id.parse().map_err(|error| unreadable("mails.id", error))?,
        invitation: match row.invitation_id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|error| unreadable("mails.invitation_id", error))?),
        },
        kind: Kind::from_name(&row.kind).ok_or_else(|| unreadable("mails.kind", row.kind))?,
        to: row.to_address,
        state,
        reason: row.reason,
        attempts: row.attempts,
        message_id: row.message_id,
        create_time: Timestamp::from_micros(row.create_time),
        update_time: Timestamp::from_micros(row.update_time),
        send_time: row.send_time.map(Timestamp::from_micros),
        next_attempt_time: row
            .next_attempt_time
            .filter(|_| state != State::Sending)
            .map(Timestamp::from_micros),
    })
}
