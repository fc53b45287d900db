//! What welcome e-mails say, and have said: each version is written once, and kept for as long as an ordered e-mail may need it.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::{AccountId, Timestamp};

use super::broken;
use super::entity::welcome_email_version;
use crate::domain::error::Error;
use crate::domain::welcome_email::{Translation, WelcomeEmailVersion};

/// Adds what an account's welcome e-mail says from now on.
pub async fn insert(
    conn: &impl ConnectionTrait,
    account: AccountId,
    key: WelcomeEmailVersion,
    translations: &[Translation],
) -> Result<(), Error> {
    let translations = serde_json::to_string(translations).map_err(broken("welcome_email_versions.translations"))?;
    let row = welcome_email_version::ActiveModel {
        welcome_email_id: Set(key.id.to_string()),
        version: Set(key.version),
        account_id: Set(account.to_string()),
        translations: Set(translations),
        end_time: Set(None),
    };
    let insert = welcome_email_version::Entity::insert(row);
    insert.exec_without_returning(conn).await.map_err(StorageError::from)?;
    Ok(())
}

/// Says that a version is not the present one any more.
pub async fn end(conn: &impl ConnectionTrait, key: WelcomeEmailVersion, now: Timestamp) -> Result<(), StorageError> {
    let update = welcome_email_version::Entity::update_many()
        .col_expr(welcome_email_version::Column::EndTime, Expr::value(now.micros()))
        .filter(welcome_email_version::Column::WelcomeEmailId.eq(key.id.to_string()))
        .filter(welcome_email_version::Column::Version.eq(key.version));
    update.exec(conn).await?;
    Ok(())
}

/// What a version says, and of which account it is.
pub async fn find(
    conn: &impl ConnectionTrait,
    key: WelcomeEmailVersion,
) -> Result<Option<(AccountId, Vec<Translation>)>, Error> {
    let query = welcome_email_version::Entity::find_by_id((key.id.to_string(), key.version));
    let row = query.one(conn).await.map_err(StorageError::from)?;
    row.map(|row| {
        let account = row
            .account_id
            .parse()
            .map_err(broken("welcome_email_versions.account_id"))?;
        let translations = serde_json::from_str(&row.translations);
        Ok((
            account,
            translations.map_err(broken("welcome_email_versions.translations"))?,
        ))
    })
    .transpose()
}

/// Forgets the versions that ended before a point in time; says how many those were.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    let delete =
        welcome_email_version::Entity::delete_many().filter(welcome_email_version::Column::EndTime.lt(before.micros()));
    Ok(delete.exec(conn).await?.rows_affected)
}
