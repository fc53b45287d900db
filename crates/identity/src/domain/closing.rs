//! Closing an account: what is in the way.

/// What keeps an account from being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Users besides the one who closes it.
    OtherUsers,
    /// Invitations that wait for an answer: into the account, or of its last user to another one.
    PendingInvitations,
    /// The billing contact's post is offered to somebody.
    PendingBillingContactOffer,
}

/// An obstacle, and how many there are of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// What is in the way.
    pub obstacle: Obstacle,
    /// How many of them: at least 1.
    pub count: i64,
}

impl Obstacle {
    /// The obstacle's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherUsers => "OTHER_USERS",
            Self::PendingInvitations => "PENDING_INVITATIONS",
            Self::PendingBillingContactOffer => "PENDING_BILLING_CONTACT_OFFER",
        }
    }
}

/// What is in the way of these counts.
pub fn blockers(counts: impl IntoIterator<Item = (Obstacle, i64)>) -> Vec<Blocker> {
    let blocker = |(obstacle, count)| Blocker { obstacle, count };
    counts
        .into_iter()
        .map(blocker)
        .filter(|blocker| blocker.count > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_in_the_way() {
        let counts = [
            (Obstacle::OtherUsers, 2),
            (Obstacle::PendingInvitations, 0),
            (Obstacle::PendingBillingContactOffer, 1),
        ];
        let found: Vec<_> = blockers(counts)
            .into_iter()
            .map(|blocker| (blocker.obstacle.as_str(), blocker.count))
            .collect();
        assert_eq!(found, [("OTHER_USERS", 2), ("PENDING_BILLING_CONTACT_OFFER", 1)]);
    }
}
