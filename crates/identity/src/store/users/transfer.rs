//! A user who moves to another account.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use storage::StorageError;
use types::{AccountId, Role, Timestamp, UserId};

use super::{read_all, user};
use crate::domain::error::Error;
use crate::domain::membership::Membership;
use crate::domain::user::{User, UserState};

/// Moves a user into another membership; their own settings are reset. False when they are not active where they were, or
/// were changed since they were read.
pub async fn transfer(
    conn: &impl ConnectionTrait,
    user: &User,
    to: &Membership,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let id = |id: Option<String>| Expr::value(id);
    let update = user::Entity::update_many()
        .col_expr(user::Column::AccountId, Expr::value(to.account_id.to_string()))
        .col_expr(user::Column::Role, Expr::value(to.role.as_str()))
        .col_expr(
            user::Column::CustomRoleId,
            id(to.custom_role_id.map(|id| id.to_string())),
        )
        .col_expr(user::Column::GroupId, id(to.group_id.map(|id| id.to_string())))
        .col_expr(
            user::Column::SettingsTemplateId,
            id(to.settings_template_id.map(|id| id.to_string())),
        )
        .col_expr(user::Column::Language, Expr::value(to.language.as_str()))
        .col_expr(user::Column::TimeZone, Expr::value(to.time_zone.as_str()))
        .col_expr(user::Column::Products, Expr::value(json!(to.products).to_string()))
        .col_expr(user::Column::Settings, Expr::value("{}"))
        .col_expr(user::Column::SeatVersion, Expr::col(user::Column::SeatVersion).add(1))
        .col_expr(user::Column::Revision, Expr::col(user::Column::Revision).add(1))
        .col_expr(user::Column::UpdateTime, Expr::value(now.micros()))
        .filter(user::Column::Id.eq(user.id.to_string()))
        .filter(user::Column::AccountId.eq(user.account_id.to_string()))
        .filter(user::Column::State.eq(UserState::Active.as_str()))
        .filter(user::Column::Revision.eq(user.revision));
    Ok(update.exec(conn).await?.rows_affected == 1)
}

/// Up to `most` super admins of an account who can log in, the oldest first.
pub async fn super_admins(conn: &impl ConnectionTrait, account: AccountId, most: u64) -> Result<Vec<User>, Error> {
    let query = user::Entity::find()
        .filter(user::Column::AccountId.eq(account.to_string()))
        .filter(user::Column::Role.eq(Role::SuperAdmin.as_str()))
        .filter(user::Column::State.eq(UserState::Active.as_str()))
        .order_by_asc(user::Column::Id)
        .limit(most);
    read_all(conn, query.all(conn).await.map_err(StorageError::from)?).await
}

/// Whether a user has changed settings of their own.
pub async fn has_own_settings(conn: &impl ConnectionTrait, account: AccountId, id: UserId) -> Result<bool, Error> {
    let query = user::Entity::find_by_id(id.to_string())
        .filter(user::Column::AccountId.eq(account.to_string()))
        .select_only()
        .column(user::Column::Settings);
    let settings: Option<String> = query.into_tuple().one(conn).await.map_err(StorageError::from)?;
    Ok(settings.is_some_and(|settings| settings != "{}"))
}
