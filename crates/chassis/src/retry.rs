//! Which calls are sent again, and how many at most: more than a fifth of them makes an outage worse.

use std::error::Error;
use std::time::Duration;

use h2::Reason;
use tower::retry::budget::{Budget, TpsBudget};

/// Each call that may be sent again allows this share of another try, for as long as `MEMORY`.
const SHARE: f32 = 0.2;
/// So many more a second are allowed whatever the traffic.
const AT_LEAST: u32 = 10;
const MEMORY: Duration = Duration::from_secs(10);

/// How many octets of a request are kept to be sent again.
pub(crate) const KEPT: usize = 64 * 1024;

/// The tries that one channel may spend.
#[derive(Debug)]
pub(crate) struct Retries(TpsBudget);

impl Default for Retries {
    fn default() -> Self {
        Self(TpsBudget::new(MEMORY, AT_LEAST, SHARE))
    }
}

/// What may be done for one call.
pub(crate) struct Plan<'a> {
    /// None: nothing, since doing it twice is not the same as doing it once.
    budget: Option<&'a TpsBudget>,
}

impl Retries {
    /// Begins a call of the method at this path.
    pub(crate) fn plan(&self, path: &str) -> Plan<'_> {
        let budget = proto::is_repeatable(path).then_some(&self.0);
        if let Some(budget) = budget {
            budget.deposit();
        }
        Plan { budget }
    }
}

impl Plan<'_> {
    /// Whether the call may be sent again that somebody has perhaps carried out; spends one try.
    pub(crate) fn again(&self) -> bool {
        self.budget.is_some_and(TpsBudget::withdraw)
    }
}

/// Whether the other side has said that it has not looked at the request (RFC 9113 §8.7): it refuses the stream, or goes away
/// and names one before it as the last. Whatever is called may be called again then.
pub(crate) fn is_unseen(error: &hyper::Error) -> bool {
    let error = error.source().and_then(|source| source.downcast_ref::<h2::Error>());
    // Streams up to the last do not end with a GOAWAY but with an answer, or with the connection.
    error.is_some_and(|error| {
        error.is_remote() && (error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str = "/usher.identity.v1.AccessService/CheckAccess";

    #[test]
    fn what_changes_something_twice_is_not_sent_twice() {
        let retries = Retries::default();
        let plan = retries.plan("/usher.identity.v1.SessionService/LogIn");
        assert!(!plan.again());
        let plan = retries.plan(READ);
        assert!(plan.again());
    }

    #[test]
    fn an_outage_is_met_with_a_fifth_more_calls_at_most() {
        let retries = Retries::default();
        let calls = 10_000_u32;
        let again = (0..calls).filter(|_| retries.plan(READ).again()).count();
        let reserve = MEMORY.as_secs() * u64::from(AT_LEAST);
        let most = u64::from(calls / 5) + reserve;
        assert!(
            u64::try_from(again).is_ok_and(|again| again <= most && again >= most / 2),
            "{again}"
        );
    }
}
