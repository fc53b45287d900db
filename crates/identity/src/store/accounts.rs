//! Accounts.

use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use storage::{StorageError, one_of};
use types::{AccountId, EmailTemplateId, Timestamp};

use super::entity::account;
use super::{broken, exclusive, optional};
use crate::domain::account::{Account, AccountState, NewAccount, Offer};
use crate::domain::error::Error;

/// One account, if it exists.
pub async fn find(conn: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, Error> {
    let row = account::Entity::find_by_id(id.to_string())
        .one(conn)
        .await
        .map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// One account, whose row nobody else changes until the transaction is over: the first that everything does which could take
/// a post away, in ascending order where there are several.
pub async fn lock(conn: &impl ConnectionTrait, id: AccountId) -> Result<Account, Error> {
    let query = exclusive(account::Entity::find_by_id(id.to_string()), conn);
    let row = query.one(conn).await.map_err(StorageError::from)?;
    read(row.ok_or(Error::AccountNotFound(id))?)
}

/// These accounts, and whoever locks their rows waits until the transaction is over, in one order: the first that everything
/// does which refers to what an account has made, and holds it in place.
pub async fn hold(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<Account>, Error> {
    let mut query = among(conn, ids);
    if conn.get_database_backend() == DbBackend::Postgres {
        query = query.order_by_asc(account::Column::Id).lock(LockType::KeyShare);
    }
    read_all(query, conn).await
}

/// Whether an account is in use.
pub async fn is_active(conn: &impl ConnectionTrait, id: AccountId) -> Result<bool, Error> {
    let account = find(conn, id).await?;
    Ok(account.is_some_and(|account| account.state == AccountState::Active))
}

/// These accounts.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<Account>, Error> {
    read_all(among(conn, ids), conn).await
}

fn among(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Select<account::Entity> {
    account::Entity::find().filter(one_of(conn.get_database_backend(), account::Column::Id, ids))
}

async fn read_all(query: Select<account::Entity>, conn: &impl ConnectionTrait) -> Result<Vec<Account>, Error> {
    let rows = query.all(conn).await.map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

/// A new account, whose billing contact is its first user.
pub async fn insert(
    conn: &impl ConnectionTrait,
    account: &NewAccount,
    billing_contact: types::UserId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let row = account::ActiveModel {
        id: Set(account.id.to_string()),
        name: Set(account.name.to_string()),
        language: Set(account.language.to_string()),
        time_zone: Set(account.time_zone.to_string()),
        billing_contact_id: Set(billing_contact.to_string()),
        create_time: Set(now.micros()),
        state: Set(AccountState::Active.as_str().into()),
        revision: Set(1),
        settings: Set("{}".into()),
        locked_settings: Set("[]".into()),
        offered_user_id: Set(None),
        offer_time: Set(None),
        close_time: Set(None),
        welcome_email_id: Set(None),
    };
    account::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Offers the billing contact's post to somebody, in the place of an earlier offer.
pub async fn offer(conn: &impl ConnectionTrait, id: AccountId, offer: Offer) -> Result<(), StorageError> {
    let update = account::Entity::update_many()
        .col_expr(account::Column::OfferedUserId, Expr::value(offer.user_id.to_string()))
        .col_expr(account::Column::OfferTime, Expr::value(offer.create_time.micros()))
        .col_expr(account::Column::Revision, Expr::col(account::Column::Revision).add(1))
        .filter(account::Column::Id.eq(id.to_string()));
    update.exec(conn).await?;
    Ok(())
}

/// Gives the billing contact's post to whom it was offered.
pub async fn hand_over(conn: &impl ConnectionTrait, id: AccountId, to: types::UserId) -> Result<(), StorageError> {
    let update = account::Entity::update_many()
        .col_expr(account::Column::BillingContactId, Expr::value(to.to_string()))
        .filter(account::Column::Id.eq(id.to_string()));
    update.exec(conn).await?;
    withdraw_offer(conn, id).await
}

/// Says which welcome e-mail is the default of an account that is locked; none for the system's.
pub async fn set_welcome_email(
    conn: &impl ConnectionTrait,
    id: AccountId,
    email: Option<EmailTemplateId>,
) -> Result<(), StorageError> {
    let email = email.map(|email| email.to_string());
    let update = account::Entity::update_many()
        .col_expr(account::Column::WelcomeEmailId, Expr::value(email))
        .filter(account::Column::Id.eq(id.to_string()));
    update.exec(conn).await?;
    Ok(())
}

/// Ends the offer of the billing contact's post, if there is one.
pub async fn withdraw_offer(conn: &impl ConnectionTrait, id: AccountId) -> Result<(), StorageError> {
    let update = account::Entity::update_many()
        .col_expr(account::Column::OfferedUserId, Expr::value(None::<String>))
        .col_expr(account::Column::OfferTime, Expr::value(None::<i64>))
        .col_expr(account::Column::Revision, Expr::col(account::Column::Revision).add(1))
        .filter(account::Column::Id.eq(id.to_string()));
    update.exec(conn).await?;
    Ok(())
}

/// Writes what can be changed of an account that is locked: name, language and time zone.
pub async fn update(conn: &impl ConnectionTrait, account: &Account) -> Result<(), StorageError> {
    let row = account::ActiveModel {
        name: Set(account.name.clone()),
        language: Set(account.language.to_string()),
        time_zone: Set(account.time_zone.to_string()),
        revision: Set(account.revision),
        ..Default::default()
    };
    let update = account::Entity::update_many()
        .set(row)
        .filter(account::Column::Id.eq(account.id.to_string()));
    update.exec(conn).await.map(drop).map_err(StorageError::from)
}

fn read(row: account::Model) -> Result<Account, Error> {
    let offer = match (row.offered_user_id, row.offer_time) {
        (Some(user), Some(time)) => Some(Offer {
            user_id: user.parse().map_err(broken("accounts.offered_user_id"))?,
            create_time: Timestamp::from_micros(time),
        }),
        _ => None,
    };
    Ok(Account {
        offer,
        welcome_email_id: optional(row.welcome_email_id, "accounts.welcome_email_id")?,
        state: row.state.parse().map_err(broken("accounts.state"))?,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        id: row.id.parse().map_err(broken("accounts.id"))?,
        name: row.name,
        language: types::Language::parse(&row.language).map_err(broken("accounts.language"))?,
        time_zone: types::TimeZone::parse(&row.time_zone).map_err(broken("accounts.time_zone"))?,
        billing_contact: row
            .billing_contact_id
            .parse()
            .map_err(broken("accounts.billing_contact_id"))?,
    })
}
