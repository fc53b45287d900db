//! Ending an invitation that is not accepted: its seats come free, its e-mail stays unsent, and who was to join by it is gone.

use serde_json::json;
use storage::{Message, outbox};
use types::Timestamp;

use super::cancel_mail::cancel_mail;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState, Kind};
use crate::domain::message::{RELEASE_SEATS, ReleaseSeats};
use crate::domain::user::UserState;
use crate::store::{Connection, audit_events, invitations, invitees, users};

/// Ends an invitation that is pending under the lock of its account, by `action`.
///
/// # Errors
/// [`Error::InvitationNotPending`].
pub async fn end(
    tx: &impl Connection,
    invitation: &Invitation,
    state: InvitationState,
    (origin, action): (&Origin, &'static str),
    now: Timestamp,
) -> Result<(), Error> {
    if !invitations::answer(tx, invitation, state, now).await? {
        return Err(Error::InvitationNotPending);
    }
    let after = json!({ "state": state, "user_id": invitation.user_id, "email": invitation.address });
    let ended = Event::new(invitation.account_id, origin, action, invitation.id, now)
        .before(&json!({ "state": invitation.state, "products": invitation.products }))
        .after(&after);
    let mut events = vec![ended];
    let released = match invitation.kind {
        Kind::Join => withdraw(tx, invitation, origin, now, &mut events).await?,
        Kind::Transfer if invitation.holds_seats() => Some(invitation.seat_version + 1),
        Kind::Transfer => None,
    };
    let mut messages = vec![cancel_mail(
        invitation.account_id,
        invitation.id,
        invitation.generation,
    )?];
    if let Some(version) = released {
        let release = ReleaseSeats {
            account_id: invitation.account_id,
            subject: invitation.holder(),
            version,
            products: vec![],
        };
        messages.push(Message::new(RELEASE_SEATS, &release.subject, &release)?);
    }
    outbox::append(tx, now, &messages).await?;
    audit_events::append(tx, &events).await
}

/// Deletes the user who was to join; answers the version of their having given up their seats, if they had any.
async fn withdraw(
    tx: &impl Connection,
    invitation: &Invitation,
    origin: &Origin,
    now: Timestamp,
    events: &mut Vec<Event>,
) -> Result<Option<i64>, Error> {
    let Invitation {
        account_id, user_id, ..
    } = *invitation;
    let Some(user) = users::lock(tx, account_id, &[user_id]).await?.pop() else {
        return Ok(None);
    };
    if !invitees::withdraw(tx, account_id, user_id, now).await? {
        return Ok(None);
    }
    let deleted = Event::new(account_id, origin, "user.delete", user_id, now)
        .before(&json!({ "state": user.state, "products": user.products }))
        .after(&json!({ "state": UserState::Deleted, "products": [] }));
    events.push(deleted);
    Ok((!user.products.is_empty()).then_some(user.seat_version + 1))
}
