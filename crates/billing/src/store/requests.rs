//! The table `requests`: what was decided, so that asking again does nothing again.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::{AccountId, RequestId, Timestamp};

use super::{from_json, json_text};
use crate::domain::Answer;
use crate::error::Error;

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: String,
        pub fingerprint: String,
        pub answer: String,
        pub create_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the request was answered; none when it was not decided.
///
/// # Errors
/// [`Error::RequestIdReused`] when it had another content.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: RequestId,
    fingerprint: &str,
) -> Result<Option<Answer>, Error> {
    let query = row::Entity::find_by_id((account.to_string(), id.to_string()));
    match query.one(conn).await.map_err(StorageError::from)? {
        Some(row) if row.fingerprint != fingerprint => Err(Error::RequestIdReused),
        Some(row) => Ok(Some(from_json("requests.answer", &row.answer)?)),
        None => Ok(None),
    }
}

/// Remembers what a request was answered.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    account: AccountId,
    request: (RequestId, &str),
    answer: &Answer,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = row::ActiveModel {
        account_id: Set(account.to_string()),
        request_id: Set(request.0.to_string()),
        fingerprint: Set(request.1.to_owned()),
        answer: Set(json_text("requests.answer", answer)?),
        create_time: Set(now.micros()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Deletes what was decided before `before`; answers how many requests that were.
pub(crate) async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    let delete = row::Entity::delete_many().filter(row::Column::CreateTime.lt(before.micros()));
    Ok(delete.exec(conn).await?.rows_affected)
}
