//! The table `subscriptions`.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use storage::StorageError;
use types::{AccountId, Timestamp};

use crate::domain::{State, Subscription};
use crate::error::Error;

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "subscriptions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub plan: String,
        pub seats: String,
        pub version: i64,
        pub state: String,
        pub create_time: i64,
        pub end_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The subscription of `account`.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Subscription>, StorageError> {
    let row = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .one(conn)
        .await?;
    row.map(read).transpose()
}

/// Adds a subscription.
///
/// # Errors
/// [`Error::SubscriptionExists`] when its account has one.
pub(crate) async fn insert(tx: &impl ConnectionTrait, subscription: &Subscription) -> Result<(), Error> {
    let inserted = write(subscription)?.insert(tx).await.map_err(StorageError::from);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.constraint() == Some("subscriptions_account_id_key") => Err(Error::SubscriptionExists),
        Err(error) => Err(error.into()),
    }
}

/// Puts a subscription's next version in the place of this one; false when it is not there any more.
pub(crate) async fn replace(
    tx: &impl ConnectionTrait,
    former: &Subscription,
    next: &Subscription,
) -> Result<bool, StorageError> {
    let update = row::Entity::update_many()
        .set(write(next)?)
        .filter(row::Column::Id.eq(former.id.to_string()))
        .filter(row::Column::AccountId.eq(former.account.to_string()))
        .filter(row::Column::Version.eq(former.version));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Up to `limit` subscriptions that should have ended by themselves.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Subscription>, StorageError> {
    let query = row::Entity::find()
        .filter(row::Column::State.eq(State::Active.as_str()))
        .filter(row::Column::EndTime.lte(now.micros()))
        .limit(limit);
    query.all(conn).await?.into_iter().map(read).collect()
}

fn write(subscription: &Subscription) -> Result<row::ActiveModel, StorageError> {
    let seats = serde_json::to_string(&subscription.seats).map_err(|error| unreadable("seats", error))?;
    Ok(row::ActiveModel {
        id: Set(subscription.id.to_string()),
        account_id: Set(subscription.account.to_string()),
        plan: Set(subscription.plan.clone()),
        seats: Set(seats),
        version: Set(subscription.version),
        state: Set(subscription.state.as_str().to_owned()),
        create_time: Set(subscription.create_time.micros()),
        end_time: Set(subscription.end_time.map(Timestamp::micros)),
    })
}

fn read(row: row::Model) -> Result<Subscription, StorageError> {
    Ok(Subscription {
        id: row.id.parse().map_err(|error| unreadable("id", error))?,
        account: row
            .account_id
            .parse()
            .map_err(|error| unreadable("account_id", error))?,
        plan: row.plan,
        seats: serde_json::from_str(&row.seats).map_err(|error| unreadable("seats", error))?,
        version: row.version,
        state: State::from_name(&row.state).ok_or_else(|| unreadable("state", row.state))?,
        create_time: Timestamp::from_micros(row.create_time),
        end_time: row.end_time.map(Timestamp::from_micros),
    })
}

/// Only a hand in the table, or a program of another version, can have written what is not understood here.
fn unreadable(column: &str, problem: impl std::fmt::Display) -> StorageError {
    DbErr::Type(format!("subscriptions.{column}: {problem}")).into()
}
