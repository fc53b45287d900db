//! How far a mail has come, and what may follow what.

/// How far a mail has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Waiting for its first attempt.
    Queued,
    /// In an attempt.
    Sending,
    /// An attempt failed for now.
    Retrying,
    /// Taken by the next mail server.
    Sent,
    /// Refused for good.
    Bounced,
    /// Given up: it could not be handed over for too long.
    Failed,
    /// Not sent, because its address takes no mail.
    Suppressed,
    /// Not sent, because nobody needs it any more.
    Cancelled,
}

impl State {
    /// Every state.
    pub(crate) const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Retrying,
        Self::Sent,
        Self::Bounced,
        Self::Failed,
        Self::Suppressed,
        Self::Cancelled,
    ];

    /// What may follow. Nothing follows an end.
    pub(crate) const fn next(self) -> &'static [Self] {
        match self {
            Self::Queued | Self::Retrying => &[Self::Sending, Self::Cancelled],
            // Itself, when a process has died in an attempt; `Queued`, when a limit allows no attempt yet.
            Self::Sending => &[
                Self::Sending,
                Self::Queued,
                Self::Retrying,
                Self::Sent,
                Self::Bounced,
                Self::Failed,
                Self::Suppressed,
                Self::Cancelled,
            ],
            Self::Sent | Self::Bounced | Self::Failed | Self::Suppressed | Self::Cancelled => &[],
        }
    }

    /// The states in which a mail waits and can be cancelled: all but that of an attempt, which cannot be called back.
    pub(crate) fn cancellable() -> Vec<&'static str> {
        let waits = |state: &Self| *state != Self::Sending && state.next().contains(&Self::Cancelled);
        Self::ALL.into_iter().filter(waits).map(Self::as_str).collect()
    }

    /// The state's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Sending => "SENDING",
            Self::Retrying => "RETRYING",
            Self::Sent => "SENT",
            Self::Bounced => "BOUNCED",
            Self::Failed => "FAILED",
            Self::Suppressed => "SUPPRESSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The state of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_attempted_before_anything_is_known_of_it() {
        for end in State::ALL.into_iter().filter(|state| state.next().is_empty()) {
            let before: Vec<_> = State::ALL
                .into_iter()
                .filter(|state| state.next().contains(&end))
                .collect();
            let expected: &[State] = if end == State::Cancelled {
                &[State::Queued, State::Sending, State::Retrying]
            } else {
                &[State::Sending]
            };
            assert_eq!(before, expected, "{end:?}");
        }
    }

    #[test]
    fn what_waits_can_be_cancelled() {
        assert_eq!(State::cancellable(), ["QUEUED", "RETRYING"]);
    }

    #[test]
    fn every_state_has_a_name_of_its_own() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.as_str()), Some(state));
        }
    }
}
