//! Between invitations and their messages.

use proto::identity::v1 as wire;

use super::convert::{role, timestamp};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::invitation::{Invitation, InvitationState, Kind};
use crate::domain::invitation_filter::InvitationFilter;

/// An invitation, with the role it promises for those who see roles.
pub fn write(invitation: Invitation, sees_roles: bool) -> wire::Invitation {
    wire::Invitation {
        id: invitation.id.to_string(),
        kind: kind(invitation.kind).into(),
        state: state(invitation.state).into(),
        email: invitation.address,
        create_time: Some(timestamp(invitation.create_time)),
        expire_time: Some(timestamp(invitation.expire_time)),
        inviter_id: invitation.inviter_id.to_string(),
        user_id: invitation.user_id.to_string(),
        products: invitation.products,
        role: if sees_roles {
            role(invitation.role).into()
        } else {
            wire::Role::Unspecified.into()
        },
        custom_role_id: match invitation.custom_role_id {
            Some(id) if sees_roles => id.to_string(),
            Some(_) | None => String::new(),
        },
        group_id: invitation.group_id.map(|id| id.to_string()).unwrap_or_default(),
        settings_template_id: invitation
            .settings_template_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        language: invitation.language,
        time_zone: invitation.time_zone,
        send_count: i32::try_from(invitation.send_count).unwrap_or(i32::MAX),
        last_send_time: invitation.last_send_time.map(timestamp),
        answer_time: invitation.answer_time.map(timestamp),
    }
}

/// What accepting does, on the wire.
pub const fn kind(kind: Kind) -> wire::invitation::Kind {
    match kind {
        Kind::Join => wire::invitation::Kind::Join,
        Kind::Transfer => wire::invitation::Kind::Transfer,
    }
}

/// What has become of an invitation, on the wire.
pub const fn state(state: InvitationState) -> wire::invitation::State {
    match state {
        InvitationState::Pending => wire::invitation::State::Pending,
        InvitationState::Accepted => wire::invitation::State::Accepted,
        InvitationState::Declined => wire::invitation::State::Declined,
        InvitationState::Revoked => wire::invitation::State::Revoked,
        InvitationState::Expired => wire::invitation::State::Expired,
        InvitationState::Superseded => wire::invitation::State::Superseded,
    }
}

/// Which invitations to list.
///
/// # Errors
/// Names the unknown state or kind.
pub fn read_filter(request: &wire::ListInvitationsRequest) -> Result<InvitationFilter, Error> {
    let read = |(index, value): (usize, &i32)| {
        let known = wire::invitation::State::try_from(*value).ok().and_then(read_state);
        known.ok_or_else(|| Error::Field(Violation::new(Fault::StateUnknown, format!("states[{index}]"))))
    };
    let states: Vec<_> = request.states.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    let kind = match wire::invitation::Kind::try_from(request.kind) {
        Ok(wire::invitation::Kind::Unspecified) => None,
        Ok(wire::invitation::Kind::Join) => Some(Kind::Join),
        Ok(wire::invitation::Kind::Transfer) => Some(Kind::Transfer),
        Err(_) => return Err(Error::Field(Violation::new(Fault::KindUnknown, "kind"))),
    };
    Ok(InvitationFilter::new(states, kind, &request.email_prefix))
}

const fn read_state(state: wire::invitation::State) -> Option<InvitationState> {
    match state {
        wire::invitation::State::Unspecified => None,
        wire::invitation::State::Pending => Some(InvitationState::Pending),
        wire::invitation::State::Accepted => Some(InvitationState::Accepted),
        wire::invitation::State::Declined => Some(InvitationState::Declined),
        wire::invitation::State::Revoked => Some(InvitationState::Revoked),
        wire::invitation::State::Expired => Some(InvitationState::Expired),
        wire::invitation::State::Superseded => Some(InvitationState::Superseded),
    }
}
