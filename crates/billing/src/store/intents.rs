//! The table `intents`: changes that licensing is asked about before they are made, at most one an account.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use storage::StorageError;
use types::{AccountId, Timestamp};

use super::{from_json, json_text, unreadable};
use crate::domain::Intent;

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        pub version: i64,
        pub change: String,
        pub next_attempt_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the account is about to change.
pub(crate) async fn find(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<Intent>, StorageError> {
    let row = row::Entity::find_by_id(account.to_string()).one(conn).await?;
    row.map(|row| from_json("intents.change", &row.change)).transpose()
}

/// Adds an intent of a locked account that has none; nobody but its maker takes it up before `next_attempt`.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    account: AccountId,
    intent: &Intent,
    next_attempt: Timestamp,
) -> Result<(), StorageError> {
    let row = row::ActiveModel {
        account_id: Set(account.to_string()),
        version: Set(intent.version),
        change: Set(json_text("intents.change", intent)?),
        next_attempt_time: Set(next_attempt.micros()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Has nobody take an account's intent up before `next_attempt`.
pub(crate) async fn put_off(
    conn: &impl ConnectionTrait,
    account: AccountId,
    next_attempt: Timestamp,
) -> Result<(), StorageError> {
    let update = row::Entity::update_many()
        .col_expr(row::Column::NextAttemptTime, Expr::value(next_attempt.micros()))
        .filter(row::Column::AccountId.eq(account.to_string()));
    update.exec(conn).await?;
    Ok(())
}

/// Removes the intent of this version; false when somebody else has.
pub(crate) async fn remove(tx: &impl ConnectionTrait, account: AccountId, version: i64) -> Result<bool, StorageError> {
    let delete = row::Entity::delete_many()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .filter(row::Column::Version.eq(version));
    Ok(delete.exec(tx).await?.rows_affected == 1)
}

/// Up to `limit` accounts whose intents nobody is at.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<AccountId>, StorageError> {
    let rows = row::Entity::find()
        .filter(row::Column::NextAttemptTime.lte(now.micros()))
        .order_by_asc(row::Column::NextAttemptTime)
        .limit(limit)
        .all(conn)
        .await?;
    let read = |row: row::Model| {
        row.account_id
            .parse()
            .map_err(|error| unreadable("intents.account_id", error))
    };
    rows.into_iter().map(read).collect()
}
