//! What follows from an attempt: sent, tried again, or given up.

use std::time::Duration;

use types::Timestamp;

use super::mail::State;

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may go better another time: a 4xx answer, a connection that broke, a time-out.
    Transient(String),
    /// It never will: a 5xx answer to this mail.
    Permanent(String),
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

/// What becomes of a mail after an attempt.
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
    },
    /// Not to be tried again.
    Bounced {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// The state that this makes.
    pub(crate) const fn state(&self) -> State {
        match self {
            Self::Sent => State::Sent,
            Self::Retry { .. } => State::Retrying,
            Self::Bounced { .. } => State::Bounced,
        }
    }

    /// Why the attempt failed; empty when it did not.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Sent => "",
            Self::Retry { reason, .. } | Self::Bounced { reason } => reason,
        }
    }

    /// When the mail is tried again.
    pub(crate) const fn retry_time(&self) -> Option<Timestamp> {
        match self {
            Self::Retry { at, .. } => Some(*at),
            Self::Sent | Self::Bounced { .. } => None,
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
        match attempt {
            Ok(()) => Verdict::Sent,
            Err(Failure::Permanent(reason)) => Verdict::Bounced { reason },
            Err(Failure::Transient(reason)) => {
                let at = now + self.backoff(attempts, chance);
                if at > create_time + self.give_up {
                    Verdict::Bounced {
                        reason: format!("Given up after attempt {attempts}: {reason}"),
                    }
                } else {
                    Verdict::Retry { reason, at }
                }
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

    fn transient() -> Result<(), Failure> {
        Err(Failure::Transient("451 busy".into()))
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
    fn a_transient_failure_is_tried_again_until_the_mail_is_too_old() {
        let start = Timestamp::from_micros(0);
        let soon = start + Duration::from_secs(60);
        let retry = Verdict::Retry {
            reason: "451 busy".into(),
            at: soon + Duration::from_secs(10),
        };
        assert_eq!(POLICY.judge(transient(), 1, start, soon, 1.0), retry);
        let late = start + Duration::from_secs(3_595);
        let bounced = Verdict::Bounced {
            reason: "Given up after attempt 9: 451 busy".into(),
        };
        assert_eq!(POLICY.judge(transient(), 9, start, late, 1.0), bounced);
    }

    #[test]
    fn a_permanent_failure_is_not_tried_again() {
        let now = Timestamp::from_micros(0);
        let refused = Err(Failure::Permanent("550 no".into()));
        assert_eq!(
            POLICY.judge(refused, 1, now, now, 0.5),
            Verdict::Bounced {
                reason: "550 no".into()
            }
        );
        assert_eq!(POLICY.judge(Ok(()), 1, now, now, 0.5), Verdict::Sent);
    }
}
