//! Which invitations of an account somebody wants to see.

use serde::Serialize;

use super::invitation::{InvitationState, Kind};

/// What invitations must be like to be listed; a part that is empty lets everything pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InvitationFilter {
    /// In one of these states.
    pub states: Vec<InvitationState>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// What their canonical address begins with.
    pub email_prefix: String,
}

impl InvitationFilter {
    /// A filter; the order of states and the case of the letters A to Z in the address do not matter.
    pub fn new(mut states: Vec<InvitationState>, kind: Option<Kind>, email_prefix: &str) -> Self {
        states.sort_unstable();
        states.dedup();
        Self {
            states,
            kind,
            email_prefix: email_prefix.to_ascii_lowercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_mean_the_same_are_the_same() {
        use InvitationState::{Expired, Pending};
        let one = InvitationFilter::new(vec![Pending, Expired, Pending], Some(Kind::Join), "Ada@");
        let other = InvitationFilter::new(vec![Expired, Pending], Some(Kind::Join), "ada@");
        assert_eq!(one, other);
        assert_ne!(one, InvitationFilter::default());
    }
}
