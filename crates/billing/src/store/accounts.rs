//! The table `accounts`. Everything that takes a number, touches the balance or changes a subscription locks its row first.

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Select,
};
use storage::StorageError;
use types::{AccountId, Currency, Money, TimeZone, Timestamp};

use super::{from_json, json_text, unreadable};
use crate::domain::Account;

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        pub time_zone: String,
        pub currency: String,
        pub balance: i64,
        pub last_invoice: i64,
        pub test_time: Option<i64>,
        pub information: String,
        pub revision: i64,
        pub failures: i64,
        pub retry_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the account `id` has.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, StorageError> {
    one(conn, row::Entity::find_by_id(id.to_string())).await
}

/// The same; nobody else changes it, or anything that belongs to it, until the transaction is over.
pub(crate) async fn lock(tx: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, StorageError> {
    let query = row::Entity::find_by_id(id.to_string());
    match tx.get_database_backend() {
        DbBackend::Postgres => one(tx, query.lock_exclusive()).await,
        // SQLite has one writer: whoever is in a transaction has locked everything.
        DbBackend::MySql | DbBackend::Sqlite | _ => one(tx, query).await,
    }
}

/// The same, or none at once when somebody else is at it.
pub(crate) async fn try_lock(tx: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, StorageError> {
    let query = row::Entity::find_by_id(id.to_string());
    match tx.get_database_backend() {
        DbBackend::Postgres => one(tx, query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)).await,
        DbBackend::MySql | DbBackend::Sqlite | _ => one(tx, query).await,
    }
}

/// Adds an account; one that is there stays as it is.
pub(crate) async fn insert(tx: &impl ConnectionTrait, account: &Account) -> Result<(), StorageError> {
    let insert = row::Entity::insert(write(account)?).on_conflict_do_nothing();
    insert.exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a locked account.
pub(crate) async fn update(tx: &impl ConnectionTrait, account: &Account) -> Result<(), StorageError> {
    let update = row::Entity::update_many()
        .set(write(account)?)
        .filter(row::Column::AccountId.eq(account.id.to_string()));
    update.exec(tx).await?;
    Ok(())
}

/// How often in a row the account could not be taken on.
pub(crate) async fn failures(conn: &impl ConnectionTrait, id: AccountId) -> Result<i64, StorageError> {
    let failures = row::Entity::find_by_id(id.to_string())
        .select_only()
        .column(row::Column::Failures)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(failures.unwrap_or_default())
}

/// Counts another failure; the account is not taken on before `retry_time`, which is no time of its own clock.
pub(crate) async fn put_off(
    conn: &impl ConnectionTrait,
    id: AccountId,
    retry_time: Timestamp,
) -> Result<(), StorageError> {
    let update = row::Entity::update_many()
        .col_expr(row::Column::Failures, Expr::col(row::Column::Failures).add(1))
        .col_expr(row::Column::RetryTime, Expr::value(retry_time.micros()))
        .filter(row::Column::AccountId.eq(id.to_string()));
    update.exec(conn).await?;
    Ok(())
}

/// Forgets the account's failures, if it had any.
pub(crate) async fn absolve(conn: &impl ConnectionTrait, id: AccountId) -> Result<(), StorageError> {
    let update = row::Entity::update_many()
        .col_expr(row::Column::Failures, Expr::value(0))
        .col_expr(row::Column::RetryTime, Expr::value(None::<i64>))
        .filter(row::Column::AccountId.eq(id.to_string()))
        .filter(row::Column::Failures.gt(0));
    update.exec(conn).await?;
    Ok(())
}

async fn one(conn: &impl ConnectionTrait, query: Select<row::Entity>) -> Result<Option<Account>, StorageError> {
    query.one(conn).await?.map(read).transpose()
}

fn write(account: &Account) -> Result<row::ActiveModel, StorageError> {
    Ok(row::ActiveModel {
        account_id: Set(account.id.to_string()),
        time_zone: Set(account.time_zone.to_string()),
        currency: Set(account.balance.currency.to_string()),
        balance: Set(account.balance.minor_units),
        last_invoice: Set(account.last_invoice),
        test_time: Set(account.test_time.map(Timestamp::micros)),
        information: Set(json_text("accounts.information", &account.information)?),
        revision: Set(account.revision),
        ..Default::default()
    })
}

fn read(row: row::Model) -> Result<Account, StorageError> {
    let currency = Currency::parse(&row.currency).map_err(|error| unreadable("accounts.currency", error))?;
    Ok(Account {
        id: row
            .account_id
            .parse()
            .map_err(|error| unreadable("accounts.account_id", error))?,
        time_zone: TimeZone::parse(&row.time_zone).map_err(|error| unreadable("accounts.time_zone", error))?,
        balance: Money {
            minor_units: row.balance,
            currency,
        },
        last_invoice: row.last_invoice,
        test_time: row.test_time.map(Timestamp::from_micros),
        information: from_json("accounts.information", &row.information)?,
        revision: row.revision,
    })
}
