//! What requests were answered with, as it is remembered.

use serde::{Deserialize, Serialize};

use super::{admission, resending, user_update};

/// What a request was answered with; of the request's kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered {
    /// A request to add users.
    AddUsers(admission::Answer),
    /// A request to change users.
    UpdateUsers(user_update::Answer),
    /// A request to send an invitation again.
    ResendInvitation(resending::Sent),
}

/// The request was of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfAnotherKind;

impl From<admission::Answer> for Answered {
    fn from(answer: admission::Answer) -> Self {
        Self::AddUsers(answer)
    }
}

impl From<user_update::Answer> for Answered {
    fn from(answer: user_update::Answer) -> Self {
        Self::UpdateUsers(answer)
    }
}

impl From<resending::Sent> for Answered {
    fn from(sent: resending::Sent) -> Self {
        Self::ResendInvitation(sent)
    }
}

impl TryFrom<Answered> for admission::Answer {
    type Error = OfAnotherKind;

    fn try_from(answered: Answered) -> Result<Self, OfAnotherKind> {
        match answered {
            Answered::AddUsers(answer) => Ok(answer),
            Answered::UpdateUsers(_) | Answered::ResendInvitation(_) => Err(OfAnotherKind),
        }
    }
}

impl TryFrom<Answered> for user_update::Answer {
    type Error = OfAnotherKind;

    fn try_from(answered: Answered) -> Result<Self, OfAnotherKind> {
        match answered {
            Answered::UpdateUsers(answer) => Ok(answer),
            Answered::AddUsers(_) | Answered::ResendInvitation(_) => Err(OfAnotherKind),
        }
    }
}

impl TryFrom<Answered> for resending::Sent {
    type Error = OfAnotherKind;

    fn try_from(answered: Answered) -> Result<Self, OfAnotherKind> {
        match answered {
            Answered::ResendInvitation(sent) => Ok(sent),
            Answered::AddUsers(_) | Answered::UpdateUsers(_) => Err(OfAnotherKind),
        }
    }
}
