//! The invitations of an account, page by page.

use sea_orm::sea_query::{Condition, LikeExpr, Order};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use storage::StorageError;
use types::{AccountId, InvitationId, Timestamp};

use super::{invitation, read};
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState};
use crate::domain::invitation_filter::InvitationFilter;
use crate::store::by_age::by_age;

/// Invitations of an account after a given one, by age.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    filter: &InvitationFilter,
    now: Timestamp,
    after: Option<InvitationId>,
    limit: u64,
) -> Result<Vec<Invitation>, Error> {
    let columns = [invitation::Column::AccountId, invitation::Column::Id];
    let after = after.map(|id| id.to_string());
    let mut query = by_age(invitation::Entity::find(), columns, account, after, &Order::Asc);
    if !filter.states.is_empty() {
        let states = filter.states.iter().map(|state| in_state(*state, now));
        query = query.filter(states.fold(Condition::any(), Condition::add));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(invitation::Column::Kind.eq(kind.as_str()));
    }
    if !filter.email_prefix.is_empty() {
        let pattern = LikeExpr::new(format!("{}%", escaped(&filter.email_prefix))).escape('\\');
        query = query.filter(invitation::Column::Email.like(pattern));
    }
    let rows = query.limit(limit).all(conn).await.map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

/// As [`Invitation::state_at`] tells it, whether or not the timer has written so yet.
fn in_state(state: InvitationState, now: Timestamp) -> Condition {
    let is = |state: InvitationState| invitation::Column::State.eq(state.as_str());
    let now = now.micros();
    match state {
        InvitationState::Pending => Condition::all()
            .add(is(InvitationState::Pending))
            .add(invitation::Column::ExpireTime.gt(now)),
        InvitationState::Expired => Condition::any().add(is(InvitationState::Expired)).add(
            Condition::all()
                .add(is(InvitationState::Pending))
                .add(invitation::Column::ExpireTime.lte(now)),
        ),
        InvitationState::Accepted
        | InvitationState::Declined
        | InvitationState::Revoked
        | InvitationState::Superseded => Condition::all().add(is(state)),
    }
}

/// A text that a pattern takes for itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '%' | '_') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_others_in_a_pattern_stands_for_itself() {
        assert_eq!(escaped("a_b%c\\d@e"), "a\\_b\\%c\\\\d@e");
    }
}
