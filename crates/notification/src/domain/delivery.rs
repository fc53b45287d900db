//! A mail as an account's admins see it.

use serde::{Deserialize, Serialize};
use types::{InvitationId, MailId, Timestamp};

use super::mail::Kind;
use super::state::State;

/// One mail and how far it has come; it holds neither its content nor its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: MailId,
    pub(crate) invitation: Option<InvitationId>,
    pub(crate) kind: Kind,
    pub(crate) to: String,
    pub(crate) state: State,
    pub(crate) reason: String,
    pub(crate) attempts: i64,
    pub(crate) message_id: String,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    pub(crate) send_time: Option<Timestamp>,
    pub(crate) next_attempt_time: Option<Timestamp>,
}

/// Which of an account's deliveries are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Only those in this state.
    pub(crate) state: Option<State>,
    /// Only those about this invitation.
    pub(crate) invitation: Option<InvitationId>,
}

/// Where a page of deliveries ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) create_time: Timestamp,
    pub(crate) id: MailId,
}

impl Delivery {
    /// Where the list goes on after this one.
    pub(crate) const fn position(&self) -> Position {
        Position {
            create_time: self.create_time,
            id: self.id,
        }
    }
}
