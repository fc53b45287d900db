//! Invitations that are sent again.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;

use super::broken;
use super::entity::invitation;
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;

/// Writes an invitation as it is after it was sent again: with another link, by its token's hash.
///
/// # Errors
/// [`Error::Contended`] when it was changed since it was read, or there is another pending one for the same person by now.
pub async fn write(
    conn: &impl ConnectionTrait,
    before: &Invitation,
    after: &Invitation,
    token_hash: &str,
) -> Result<(), Error> {
    let products = serde_json::to_string(&after.products).map_err(broken("invitations.products"))?;
    let last_send_time = after.last_send_time.map(types::Timestamp::micros);
    let answer_time = after.answer_time.map(types::Timestamp::micros);
    let update = invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(after.state.as_str()))
        .col_expr(invitation::Column::Generation, Expr::value(i64::from(after.generation)))
        .col_expr(invitation::Column::TokenHash, Expr::value(token_hash))
        .col_expr(invitation::Column::ExpireTime, Expr::value(after.expire_time.micros()))
        .col_expr(invitation::Column::SendCount, Expr::value(i64::from(after.send_count)))
        .col_expr(invitation::Column::LastSendTime, Expr::value(last_send_time))
        .col_expr(invitation::Column::AnswerTime, Expr::value(answer_time))
        .col_expr(
            invitation::Column::WelcomeEmailId,
            Expr::value(after.welcome_email_id.map(|id| id.to_string())),
        )
        .col_expr(invitation::Column::Products, Expr::value(products))
        .col_expr(invitation::Column::SeatVersion, Expr::value(after.seat_version))
        .filter(invitation::Column::Id.eq(before.id.to_string()))
        .filter(invitation::Column::AccountId.eq(before.account_id.to_string()))
        .filter(invitation::Column::Generation.eq(i64::from(before.generation)))
        .filter(invitation::Column::SeatVersion.eq(before.seat_version))
        .filter(invitation::Column::State.eq(before.state.as_str()));
    match update.exec(conn).await.map_err(StorageError::from)?.rows_affected {
        1 => Ok(()),
        _ => Err(Error::Contended),
    }
}
