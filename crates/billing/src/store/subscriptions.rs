//! The table `subscriptions`.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};
use storage::StorageError;
use types::{AccountId, Timestamp};

use super::{from_json, json_text, unreadable};
use crate::domain::{Calendar, PlanKey, State, Subscription, Terms};
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
        pub plan_version: i64,
        pub seats: String,
        pub scheduled: Option<String>,
        pub version: i64,
        pub state: String,
        pub create_time: i64,
        pub period: Option<String>,
        pub end_time: Option<i64>,
        pub next_time: Option<i64>,
        pub reminder_time: Option<i64>,
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
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    subscription: &Subscription,
    calendar: &Calendar,
) -> Result<(), Error> {
    let inserted = write(subscription, calendar)?
        .insert(tx)
        .await
        .map_err(StorageError::from);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.constraint() == Some("subscriptions_account_id_key") => Err(Error::SubscriptionExists),
        Err(error) => Err(error.into()),
    }
}

/// Puts a subscription's next version in the place of `version`; false when that is not there any more.
pub(crate) async fn replace(
    tx: &impl ConnectionTrait,
    version: i64,
    next: &Subscription,
    calendar: &Calendar,
) -> Result<bool, StorageError> {
    let update = row::Entity::update_many()
        .set(write(next, calendar)?)
        .filter(row::Column::Id.eq(next.id.to_string()))
        .filter(row::Column::AccountId.eq(next.account.to_string()))
        .filter(row::Column::Version.eq(version));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Each plan, as it was sold, that a subscription is for or will be for.
pub(crate) async fn sold(conn: &impl ConnectionTrait) -> Result<Vec<PlanKey>, StorageError> {
    let over = [State::Closed, State::Ended].map(State::as_str);
    let now: Vec<(String, i64)> = row::Entity::find()
        .select_only()
        .columns([row::Column::Plan, row::Column::PlanVersion])
        .distinct()
        .filter(row::Column::State.is_not_in(over))
        .into_tuple()
        .all(conn)
        .await?;
    let scheduled: Vec<Option<String>> = row::Entity::find()
        .select_only()
        .column(row::Column::Scheduled)
        .filter(row::Column::Scheduled.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    let mut sold: Vec<PlanKey> = now.into_iter().map(|(id, version)| PlanKey { id, version }).collect();
    for text in scheduled.into_iter().flatten() {
        sold.push(from_json::<Terms>("subscriptions.scheduled", &text)?.plan);
    }
    Ok(sold)
}

/// An account whose clock somebody moves has a present of its own.
const DUE: &str = "
    SELECT s.account_id FROM subscriptions s JOIN accounts a ON a.account_id = s.account_id
    WHERE s.next_time <= coalesce(a.test_time, $1) AND coalesce(a.retry_time, $1) <= $1 ORDER BY s.next_time LIMIT $2";

/// Up to `limit` accounts about whose subscriptions something is to be done.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<AccountId>, StorageError> {
    super::due::due(conn, DUE, now, limit).await
}

fn write(subscription: &Subscription, calendar: &Calendar) -> Result<row::ActiveModel, StorageError> {
    let terms = &subscription.terms;
    let scheduled = subscription.scheduled.as_ref();
    let scheduled = scheduled.map(|terms| json_text("subscriptions.scheduled", terms));
    let period = subscription
        .period
        .map(|period| json_text("subscriptions.period", &period));
    Ok(row::ActiveModel {
        id: Set(subscription.id.to_string()),
        account_id: Set(subscription.account.to_string()),
        plan: Set(terms.plan.id.clone()),
        plan_version: Set(terms.plan.version),
        seats: Set(json_text("subscriptions.seats", &terms.seats)?),
        scheduled: Set(scheduled.transpose()?),
        version: Set(subscription.version),
        state: Set(subscription.state.as_str().to_owned()),
        create_time: Set(subscription.create_time.micros()),
        period: Set(period.transpose()?),
        end_time: Set(subscription.end_time.map(Timestamp::micros)),
        next_time: Set(subscription.next_time(calendar).map(Timestamp::micros)),
        reminder_time: Set(subscription.reminder_time.map(Timestamp::micros)),
    })
}

fn read(row: row::Model) -> Result<Subscription, StorageError> {
    let scheduled = row.scheduled.as_deref();
    let period = row.period.as_deref();
    Ok(Subscription {
        id: row.id.parse().map_err(|error| unreadable("subscriptions.id", error))?,
        account: row
            .account_id
            .parse()
            .map_err(|error| unreadable("subscriptions.account_id", error))?,
        terms: Terms {
            plan: PlanKey {
                id: row.plan,
                version: row.plan_version,
            },
            seats: from_json("subscriptions.seats", &row.seats)?,
        },
        scheduled: scheduled
            .map(|text| from_json("subscriptions.scheduled", text))
            .transpose()?,
        version: row.version,
        state: State::from_name(&row.state).ok_or_else(|| unreadable("subscriptions.state", row.state))?,
        create_time: Timestamp::from_micros(row.create_time),
        period: period.map(|text| from_json("subscriptions.period", text)).transpose()?,
        end_time: row.end_time.map(Timestamp::from_micros),
        reminder_time: row.reminder_time.map(Timestamp::from_micros),
    })
}
