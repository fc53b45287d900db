//! A user's own fields, changed.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::Timestamp;

use crate::domain::error::Error;
use crate::domain::user::{User, name_keys};
use crate::store::entity::user;

/// Writes the names, language, time zone, group and settings template of a user.
///
/// # Errors
/// [`Error::Contended`] when the user was changed since they were read, or the group or template is gone since.
pub async fn change(conn: &impl ConnectionTrait, user: &User, now: Timestamp) -> Result<(), Error> {
    let (given_key, sort_key) = name_keys(&user.given_name, &user.family_name);
    let template = user.settings_template_id.map(|id| id.to_string());
    let update = user::Entity::update_many()
        .col_expr(user::Column::GivenName, Expr::value(user.given_name.clone()))
        .col_expr(user::Column::FamilyName, Expr::value(user.family_name.clone()))
        .col_expr(user::Column::GivenKey, Expr::value(given_key))
        .col_expr(user::Column::SortKey, Expr::value(sort_key))
        .col_expr(user::Column::Language, Expr::value(user.language.clone()))
        .col_expr(user::Column::TimeZone, Expr::value(user.time_zone.clone()))
        .col_expr(
            user::Column::GroupId,
            Expr::value(user.group_id.map(|id| id.to_string())),
        )
        .col_expr(user::Column::SettingsTemplateId, Expr::value(template))
        .col_expr(user::Column::Revision, Expr::col(user::Column::Revision).add(1))
        .col_expr(user::Column::UpdateTime, Expr::value(now.micros()))
        .filter(user::Column::Id.eq(user.id.to_string()))
        .filter(user::Column::AccountId.eq(user.account_id.to_string()))
        .filter(user::Column::Revision.eq(user.revision));
    match update.exec(conn).await.map_err(StorageError::from)?.rows_affected {
        1 => Ok(()),
        _ => Err(Error::Contended),
    }
}
