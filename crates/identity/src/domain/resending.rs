//! Sending an invitation again: what is refused, and what becomes of the invitation.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{InvitationId, Permission, Permissions, RequestId, Timestamp};

use super::error::Error;
use super::invitation::{Invitation, InvitationState};
use super::new_user::WelcomeWish;
use super::user::{User, UserState};

/// A request to send an invitation again.
#[derive(Clone, Debug)]
pub struct ResendInvitation {
    /// The name under which it is remembered.
    pub request_id: RequestId,
    /// SHA-256 over everything that it asks for, in hexadecimal.
    pub fingerprint: String,
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The welcome e-mail; none for the one that was chosen before.
    pub welcome: Option<WelcomeWish>,
}

/// What such a request is answered with, now and whenever it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// When it stops being acceptable now.
    pub expire_time: Timestamp,
    /// How many e-mails were sent about it, this one included.
    pub send_count: u32,
    /// When this one was.
    pub send_time: Timestamp,
}

/// The pace at which invitations may be sent again.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The present.
    pub now: Timestamp,
    /// The least time between two e-mails about one invitation.
    pub interval: Duration,
    /// How long an invitation can be accepted from its sending on.
    pub lifetime: Duration,
}

impl Invitation {
    /// Whether it can be sent again by somebody who may do `own`; `promised` is what the role it promises grants.
    ///
    /// # Errors
    /// Why not.
    pub fn check_resendable(&self, own: Permissions, promised: Permissions, pace: Pace) -> Result<(), Error> {
        if promised.is_administrative() && !own.contains(Permission::AssignRoles) {
            return Err(Error::AdministratorProtected);
        }
        match self.state {
            InvitationState::Pending | InvitationState::Expired => {}
            InvitationState::Revoked => return Err(Error::InvitationRevoked),
            InvitationState::Superseded => return Err(Error::InvitationSuperseded),
            InvitationState::Accepted | InvitationState::Declined => return Err(Error::InvitationNotPending),
        }
        match self.last_send_time.map(|last| last + pace.interval) {
            Some(next) if self.send_count > 0 && pace.now < next => Err(Error::ResendTooSoon {
                retry_after: Duration::from_micros(next.micros().abs_diff(pace.now.micros())),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// The same invitation, sent now: with the next link and the whole time to accept it.
    #[must_use]
    pub fn sent_again(&self, pace: Pace) -> Self {
        Self {
            state: InvitationState::Pending,
            generation: self.generation.saturating_add(1),
            expire_time: pace.now + pace.lifetime,
            send_count: self.send_count.saturating_add(1),
            last_send_time: Some(pace.now),
            answer_time: None,
            ..self.clone()
        }
    }

    /// Whether its seats came free when it expired.
    pub const fn has_lost_seats(&self) -> bool {
        matches!(self.state, InvitationState::Expired)
    }
}

impl User {
    /// The products of a user who is still to join by an expired invitation, once that is sent again: those it remembers, and
    /// those the user was given since.
    ///
    /// # Errors
    /// [`Error::InvitationNotPending`] for somebody who cannot join any more.
    pub fn products_with(&self, invitation: &Invitation) -> Result<Vec<String>, Error> {
        match self.state {
            UserState::Invited => {
                let both: BTreeSet<_> = self.products.iter().chain(&invitation.products).collect();
                Ok(both.into_iter().cloned().collect())
            }
            UserState::Active | UserState::Suspended | UserState::Deleted => Err(Error::InvitationNotPending),
        }
    }
}
