//! What follows from an attempt: sent, tried again, or given up.

use std::time::Duration;

use types::Timestamp;

use super::state::State;

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// For a reason that all mails share: the server is away, or wants nothing from us.
    Outage(String),
    /// For a reason of this mail's that may pass: a 4xx answer to it, silence in the middle of it.
    Deferred(String),
    /// It will never be taken: a 5xx answer to it.
    Refused(String),
    /// No mail to this address will.
    Undeliverable(String),
}

impl Failure {
    /// The same failure, told in other words.
    pub(crate) fn map(self, words: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Outage(reason) => Self::Outage(words(reason)),
            Self::Deferred(reason) => Self::Deferred(words(reason)),
            Self::Refused(reason) => Self::Refused(words(reason)),
            Self::Undeliverable(reason) => Self::Undeliverable(words(reason)),
        }
    }
}

/// How often and how long a mail is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// The wait after the first failure; it doubles with each further one.
    pub(crate) backoff_min: Duration,
    /// The longest wait.
    pub(crate) backoff_max: Duration,
    /// The age at which a mail is no longer tried again.
    pub(crate) give_up: Duration,
}

/// What becomes of a mail after an attempt, or instead of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Taken by the next server.
    Sent,
    /// To be tried again.
    Retry {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
        /// Whether later mails to the same reader need not wait for this one: its trouble is its own.
        steps_aside: bool,
    },
    /// To be tried later; nothing was tried now.
    Wait {
        /// When.
        at: Timestamp,
    },
    /// Refused.
    Bounced {
        /// Why.
        reason: String,
        /// Whether its address takes no mail at all.
        address_is_dead: bool,
    },
    /// Given up.
    Failed {
        /// Why.
        reason: String,
    },
    /// Its address takes no mail.
    Suppressed {
        /// Why not.
        reason: String,
    },
    /// Nobody needs it any more.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// The state that this makes of a mail in its attempt number `attempts`.
    pub(crate) const fn state(&self, attempts: u32) -> State {
        match self {
            Self::Sent => State::Sent,
            Self::Wait { .. } if attempts <= 1 => State::Queued,
            Self::Retry { .. } | Self::Wait { .. } => State::Retrying,
            Self::Bounced { .. } => State::Bounced,
            Self::Failed { .. } => State::Failed,
            Self::Suppressed { .. } => State::Suppressed,
            Self::Cancelled { .. } => State::Cancelled,
        }
    }

    /// How many attempts there were when number `attempts` came to this.
    pub(crate) const fn attempts(&self, attempts: u32) -> u32 {
        match self {
            Self::Wait { .. } | Self::Suppressed { .. } | Self::Cancelled { .. } => attempts.saturating_sub(1),
            Self::Sent | Self::Retry { .. } | Self::Bounced { .. } | Self::Failed { .. } => attempts,
        }
    }

    /// Why the mail was not sent; empty when it was, nothing when there is nothing new to say.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent => Some(""),
            Self::Wait { .. } => None,
            Self::Retry { reason, .. }
            | Self::Bounced { reason, .. }
            | Self::Failed { reason }
            | Self::Suppressed { reason }
            | Self::Cancelled { reason } => Some(reason),
        }
    }

    /// When the mail is tried again.
    pub(crate) const fn retry_time(&self) -> Option<Timestamp> {
        match self {
            Self::Retry { at, .. } | Self::Wait { at } => Some(*at),
            Self::Sent
            | Self::Bounced { .. }
            | Self::Failed { .. }
            | Self::Suppressed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Whether later mails to the same reader need not wait for this one; nothing when that stays as it was.
    pub(crate) const fn steps_aside(&self) -> Option<bool> {
        match self {
            Self::Retry { steps_aside, .. } => Some(*steps_aside),
            Self::Sent
            | Self::Wait { .. }
            | Self::Bounced { .. }
            | Self::Failed { .. }
            | Self::Suppressed { .. }
            | Self::Cancelled { .. } => None,
        }
    }
}

impl RetryPolicy {
    /// Judges the attempt number `attempts`, ended `now`, of a mail queued at `create_time`. `chance` in `0..=1` spreads the
    /// retries of what failed together.
    pub(crate) fn judge(
        &self,
        attempt: Result<(), Failure>,
        attempts: u32,
        create_time: Timestamp,
        now: Timestamp,
        chance: f64,
    ) -> Verdict {
        let (reason, steps_aside) = match attempt {
            Ok(()) => return Verdict::Sent,
            Err(Failure::Refused(reason)) => {
                return Verdict::Bounced {
                    reason,
                    address_is_dead: false,
                };
            }
            Err(Failure::Undeliverable(reason)) => {
                return Verdict::Bounced {
                    reason,
                    address_is_dead: true,
                };
            }
            Err(Failure::Outage(reason)) => (reason, false),
            Err(Failure::Deferred(reason)) => (reason, true),
        };
        let at = now + self.backoff(attempts, chance);
        if at > create_time + self.give_up {
            Verdict::Failed {
                reason: format!("Given up after attempt {attempts}: {reason}"),
            }
        } else {
            Verdict::Retry {
                reason,
                at,
                steps_aside,
            }
        }
    }

    /// Exponential, somewhere in the upper half.
    fn backoff(&self, attempts: u32, chance: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.backoff_min.saturating_mul(1 << doublings).min(self.backoff_max);
        longest.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        backoff_min: Duration::from_secs(10),
        backoff_max: Duration::from_secs(60),
        give_up: Duration::from_secs(3_600),
    };

    fn deferred() -> Result<(), Failure> {
        Err(Failure::Deferred("451 busy".into()))
    }

    #[test]
    fn the_wait_doubles_up_to_its_limit_and_varies_by_half() {
        for (attempts, longest) in [(0, 10), (1, 10), (2, 20), (3, 40), (4, 60), (u32::MAX, 60)] {
            let longest = Duration::from_secs(longest);
            assert_eq!(POLICY.backoff(attempts, 1.0), longest);
            assert_eq!(POLICY.backoff(attempts, 0.0), longest / 2);
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_until_the_mail_is_too_old() {
        let start = Timestamp::from_micros(0);
        let soon = start + Duration::from_secs(60);
        let at = soon + Duration::from_secs(10);
        let outage = Err(Failure::Outage("away".into()));
        for (attempt, reason, steps_aside) in [(deferred(), "451 busy", true), (outage, "away", false)] {
            let retry = Verdict::Retry {
                reason: reason.into(),
                at,
                steps_aside,
            };
            assert_eq!(POLICY.judge(attempt, 1, start, soon, 1.0), retry);
        }
        let late = start + Duration::from_secs(3_595);
        let failed = Verdict::Failed {
            reason: "Given up after attempt 9: 451 busy".into(),
        };
        assert_eq!(POLICY.judge(deferred(), 9, start, late, 1.0), failed);
    }

    #[test]
    fn what_is_refused_for_good_is_not_tried_again() {
        let now = Timestamp::from_micros(0);
        let cases = [
            (Failure::Refused("554 no".into()), "554 no", false),
            (Failure::Undeliverable("550 who?".into()), "550 who?", true),
        ];
        for (failure, reason, address_is_dead) in cases {
            let bounced = Verdict::Bounced {
                reason: reason.into(),
                address_is_dead,
            };
            assert_eq!(POLICY.judge(Err(failure), 1, now, now, 0.5), bounced);
        }
        assert_eq!(POLICY.judge(Ok(()), 1, now, now, 0.5), Verdict::Sent);
    }

    #[test]
    fn every_verdict_makes_a_state_that_may_follow_an_attempt() {
        let (at, reason) = (Timestamp::from_micros(0), String::new());
        let (steps_aside, address_is_dead) = (true, true);
        let verdicts = [
            Verdict::Sent,
            Verdict::Retry {
                reason: reason.clone(),
                at,
                steps_aside,
            },
            Verdict::Wait { at },
            Verdict::Bounced {
                reason: reason.clone(),
                address_is_dead,
            },
            Verdict::Failed { reason: reason.clone() },
            Verdict::Suppressed { reason: reason.clone() },
            Verdict::Cancelled { reason },
        ];
        for verdict in verdicts {
            for attempts in [1, 2] {
                let state = verdict.state(attempts);
                assert!(State::Sending.next().contains(&state), "{verdict:?}");
                assert_eq!(state.next().is_empty(), verdict.retry_time().is_none(), "{verdict:?}");
            }
        }
    }
}
