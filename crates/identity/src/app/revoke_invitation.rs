//! Taking an invitation back.

use chassis::{Caller, Person};
use types::{InvitationId, Permission, Permissions, Timestamp, failpoint};

use super::pending_invitation::pending;
use super::{App, end_invitation, origin};
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState, Kind};
use crate::store::{Connection, invitations, roles, users};

impl App {
    /// Revokes a pending invitation of the caller's account: its link is dead and its seats come free.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`]; [`Error::AdministratorProtected`]; why it is not pending any more.
    pub async fn revoke_invitation(
        &self,
        caller: &Caller,
        person: &Person,
        id: InvitationId,
    ) -> Result<Invitation, Error> {
        let seen = invitations::find(self.database.reader(), person.account, id)
            .await?
            .ok_or(Error::InvitationNotFound)?;
        let (origin, now) = (origin(caller, ""), self.clock.now());
        let sees_roles = person.can(Permission::AssignRoles);
        let revoke = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (_, invitation) = pending(tx, &seen, now).await?;
                if !sees_roles && promised(tx, &invitation).await?.is_administrative() {
                    return Err(Error::AdministratorProtected);
                }
                let how = (&origin, "invitation.revoke");
                end_invitation::end(tx, &invitation, InvitationState::Revoked, how, now).await?;
                find(tx, &invitation, now).await
            })
        });
        let revoked = revoke.await?;
        self.relay.wake();
        failpoint("identity::revoke_invitation::committed");
        Ok(revoked)
    }
}

/// What the invited person would be allowed to do.
async fn promised(tx: &impl Connection, invitation: &Invitation) -> Result<Permissions, Error> {
    if invitation.kind == Kind::Join {
        let user = users::find(tx, invitation.account_id, invitation.user_id).await?;
        return Ok(user.map(|user| user.permissions).unwrap_or_default());
    }
    match invitation.custom_role_id {
        Some(id) => {
            let own = roles::permissions(tx, &[id.to_string()].into()).await?;
            Ok(own.get(&id).copied().unwrap_or_default())
        }
        None => Ok(Permissions::of(invitation.role, false)),
    }
}

async fn find(tx: &impl Connection, invitation: &Invitation, now: Timestamp) -> Result<Invitation, Error> {
    let found = invitations::find(tx, invitation.account_id, invitation.id).await?;
    Ok(found.ok_or(Error::InvitationNotFound)?.at(now))
}
