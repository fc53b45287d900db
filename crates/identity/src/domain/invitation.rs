//! Invitations: offers to join an account, or to move to it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use types::{AccountId, EmailTemplateId, GroupId, InvitationId, Role, RoleId, TemplateId, Timestamp, UserId};

use super::error::Error;
use super::user::InvalidState;

/// The generation of an invitation's first link; there is none before it.
pub const FIRST_GENERATION: u32 = 1;

/// What accepting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// A new user begins.
    Join,
    /// A user of another account moves here.
    Transfer,
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum InvitationState {
    /// Waiting for an answer.
    Pending,
    /// Accepted.
    Accepted,
    /// Declined by the invited person.
    Declined,
    /// Taken back by an admin.
    Revoked,
    /// Not answered in time.
    Expired,
    /// Overtaken by another one.
    Superseded,
}

impl Kind {
    /// The kind's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Join => "JOIN",
            Self::Transfer => "TRANSFER",
        }
    }
}

impl FromStr for Kind {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        [Self::Join, Self::Transfer]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(InvalidState)
    }
}

impl InvitationState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Accepted,
        Self::Declined,
        Self::Revoked,
        Self::Expired,
        Self::Superseded,
    ];

    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::Superseded => "SUPERSEDED",
        }
    }
}

impl FromStr for InvitationState {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(InvalidState)
    }
}

/// An offer to one person.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The account that invites.
    pub account_id: AccountId,
    /// The user it is for.
    pub user_id: UserId,
    /// What accepting does.
    pub kind: Kind,
    /// What is written of its state; see [`Invitation::state_at`].
    pub state: InvitationState,
    /// Canonical.
    pub email: String,
    /// The address, as it was typed.
    pub address: String,
    /// The role it promises.
    pub role: Role,
    /// The account's own role it promises, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// The group it promises.
    pub group_id: Option<GroupId>,
    /// The settings template it promises.
    pub settings_template_id: Option<TemplateId>,
    /// The welcome e-mail that was chosen; none for the default.
    pub welcome_email_id: Option<EmailTemplateId>,
    /// The language it promises.
    pub language: String,
    /// The time zone it promises.
    pub time_zone: String,
    /// Rises when it is sent again; only the last one's link works.
    pub generation: u32,
    /// The products that come with it.
    pub products: Vec<String>,
    /// The version of what it holds in licensing, when it is to transfer; an invitation to join holds nothing itself.
    pub seat_version: i64,
    /// How many e-mails were sent about it.
    pub send_count: u32,
    /// When the last of them was.
    pub last_send_time: Option<Timestamp>,
    /// Who invited.
    pub inviter_id: UserId,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it stops being acceptable.
    pub expire_time: Timestamp,
    /// When it was answered, or ended otherwise.
    pub answer_time: Option<Timestamp>,
}

impl Invitation {
    /// Its state at a point in time: a pending one expires by itself, whether or not a timer has written so yet.
    pub fn state_at(&self, now: Timestamp) -> InvitationState {
        if self.state == InvitationState::Pending && now >= self.expire_time {
            InvitationState::Expired
        } else {
            self.state
        }
    }

    /// The same with its state at a point in time.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.state = self.state_at(now);
        self
    }

    /// Who holds the seats that come with it until it is accepted: the new user, or the invitation of one who is to move.
    pub fn holder(&self) -> String {
        match self.kind {
            Kind::Join => self.user_id.to_string(),
            Kind::Transfer => self.id.to_string(),
        }
    }

    /// Whether it holds seats itself, which come free or move when it ends.
    pub const fn holds_seats(&self) -> bool {
        matches!(self.kind, Kind::Transfer) && !self.products.is_empty()
    }

    /// Whether it can still be answered or taken back.
    ///
    /// # Errors
    /// Why not.
    pub fn check_pending(&self, now: Timestamp) -> Result<(), Error> {
        match self.state_at(now) {
            InvitationState::Pending => Ok(()),
            InvitationState::Expired => Err(Error::InvitationExpired),
            InvitationState::Revoked => Err(Error::InvitationRevoked),
            InvitationState::Superseded => Err(Error::InvitationSuperseded),
            InvitationState::Accepted | InvitationState::Declined => Err(Error::InvitationNotPending),
        }
    }

    /// Whether it can be accepted with a password now.
    ///
    /// # Errors
    /// Why not.
    pub fn check_joinable(&self, now: Timestamp) -> Result<(), Error> {
        self.check_pending(now)?;
        match self.kind {
            Kind::Join => Ok(()),
            Kind::Transfer => Err(Error::TransferNeedsSession),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn invitation(kind: Kind, state: InvitationState) -> Invitation {
        let now = Timestamp::from_micros(0);
        Invitation {
            id: InvitationId::new(),
            account_id: AccountId::new(),
            user_id: UserId::new(),
            kind,
            state,
            email: "ada@example.com".into(),
            address: "ada@example.com".into(),
            role: Role::Member,
            custom_role_id: None,
            group_id: None,
            settings_template_id: None,
            welcome_email_id: None,
            language: "en".into(),
            time_zone: "UTC".into(),
            seat_version: 1,
            send_count: 1,
            last_send_time: Some(now),
            answer_time: None,
            generation: 1,
            products: vec![],
            inviter_id: UserId::new(),
            create_time: now,
            expire_time: now + Duration::from_secs(10),
        }
    }

    #[test]
    fn only_a_pending_invitation_to_join_can_be_accepted_with_a_password() {
        use InvitationState::{Accepted, Declined, Expired, Pending, Revoked, Superseded};
        let before = Timestamp::from_micros(0);
        let after = before + Duration::from_secs(10);
        let cases = [
            (Kind::Join, Pending, before, Ok(())),
            (Kind::Join, Pending, after, Err(Error::InvitationExpired)),
            (Kind::Join, Expired, before, Err(Error::InvitationExpired)),
            (Kind::Join, Revoked, after, Err(Error::InvitationRevoked)),
            (Kind::Join, Superseded, before, Err(Error::InvitationSuperseded)),
            (Kind::Join, Accepted, after, Err(Error::InvitationNotPending)),
            (Kind::Join, Declined, before, Err(Error::InvitationNotPending)),
            (Kind::Transfer, Pending, before, Err(Error::TransferNeedsSession)),
            (Kind::Transfer, Pending, after, Err(Error::InvitationExpired)),
        ];
        for (kind, state, now, expected) in cases {
            let answer = invitation(kind, state).check_joinable(now);
            assert_eq!(format!("{answer:?}"), format!("{expected:?}"), "{kind:?} {state:?}");
        }
    }
}
