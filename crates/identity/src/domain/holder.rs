//! Who holds seats, or can.

use super::user::UserState;

/// A user, or an invitation to transfer, as far as a report tells of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user's or the invitation's id.
    pub id: String,
    /// The user's address, or the invited one, as it was typed.
    pub address: String,
    /// The user's given name; empty for an invitation.
    pub given_name: String,
    /// The user's family name; empty for an invitation.
    pub family_name: String,
    /// Where the user is in their life; none for an invitation.
    pub user_state: Option<UserState>,
}

impl Holder {
    /// The user's name as others see it; empty for an invitation.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }
}
