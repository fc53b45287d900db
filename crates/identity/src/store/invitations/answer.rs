//! How pending invitations end: accepted, declined or revoked.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::Timestamp;

use super::invitation;
use crate::domain::invitation::{Invitation, InvitationState};

/// Ends a pending invitation: it is answered or taken back, and what it holds in licensing changes once more. False when it
/// is not pending any more, or was sent again since.
pub async fn answer(
    conn: &impl ConnectionTrait,
    invitation: &Invitation,
    state: InvitationState,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let seat_version = invitation.seat_version + i64::from(invitation.holds_seats());
    let update = invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(state.as_str()))
        .col_expr(invitation::Column::AnswerTime, Expr::value(now.micros()))
        .col_expr(invitation::Column::SeatVersion, Expr::value(seat_version))
        .filter(invitation::Column::Id.eq(invitation.id.to_string()))
        .filter(invitation::Column::AccountId.eq(invitation.account_id.to_string()))
        .filter(invitation::Column::Generation.eq(i64::from(invitation.generation)))
        .filter(invitation::Column::SeatVersion.eq(invitation.seat_version))
        .filter(invitation::Column::State.eq(InvitationState::Pending.as_str()))
        .filter(invitation::Column::ExpireTime.gt(now.micros()));
    Ok(update.exec(conn).await?.rows_affected == 1)
}
