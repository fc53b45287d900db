//! The table `subscriptions`.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
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
    })
}

/// Only a hand in the table, or a program of another version, can have written what is not understood here.
fn unreadable(column: &str, problem: impl std::fmt::Display) -> StorageError {
    DbErr::Type(format!("subscriptions.{column}: {problem}")).into()
}
