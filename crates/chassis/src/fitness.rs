//! How well a replica has answered lately: one that fails several times in a row is left out for a while, longer each time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures in a row put a replica out.
const FAILURES: u32 = 5;
/// For how long, the first time; it doubles until a call succeeds.
const OUT_MIN: Duration = Duration::from_secs(1);
/// For how long at most.
const OUT_MAX: Duration = Duration::from_secs(30);

/// What calls have told. Calls that tell at the same moment may be counted as one: it is a judgement, not an account.
#[derive(Debug)]
pub(crate) struct Fitness {
    begin: Instant,
    failures: AtomicU32,
    /// How often it was put out without a success since.
    outs: AtomicU32,
    /// In milliseconds since `begin`.
    out_until: AtomicU64,
}

impl Fitness {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            begin: now,
            failures: AtomicU32::new(0),
            outs: AtomicU32::new(0),
            out_until: AtomicU64::new(0),
        }
    }

    /// Whether it is left out now.
    pub(crate) fn is_out(&self, now: Instant) -> bool {
        self.out_until.load(Ordering::Relaxed) > self.millis(now)
    }

    /// A call was answered.
    pub(crate) fn succeeded(&self) {
        // Nearly always there is nothing to write, and nothing to share between cores.
        if self.failures.load(Ordering::Relaxed) > 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.outs.store(0, Ordering::Relaxed);
        }
    }

    /// A call was lost, or answered with `UNAVAILABLE`.
    pub(crate) fn failed(&self, now: Instant) {
        if self.failures.fetch_add(1, Ordering::Relaxed) + 1 < FAILURES || self.is_out(now) {
            return;
        }
        let outs = self.outs.fetch_add(1, Ordering::Relaxed);
        let out = OUT_MIN.saturating_mul(1 << outs.min(16)).min(OUT_MAX);
        self.out_until.store(self.millis(now + out), Ordering::Relaxed);
    }

    fn millis(&self, now: Instant) -> u64 {
        let age = now.saturating_duration_since(self.begin).as_millis();
        u64::try_from(age).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(fitness: &Fitness, times: u32, now: Instant) {
        for _ in 0..times {
            fitness.failed(now);
        }
    }

    #[tokio::test]
    async fn failures_in_a_row_put_out_and_a_success_between_does_not() {
        let now = Instant::now();
        let fitness = Fitness::new(now);
        fail(&fitness, FAILURES - 1, now);
        fitness.succeeded();
        fail(&fitness, FAILURES - 1, now);
        assert!(!fitness.is_out(now));
        fail(&fitness, 1, now);
        assert!(fitness.is_out(now));
        assert!(!fitness.is_out(now + OUT_MIN));
    }

    #[tokio::test]
    async fn whoever_fails_again_is_out_for_longer_but_not_for_ever() {
        let mut now = Instant::now();
        let fitness = Fitness::new(now);
        fail(&fitness, FAILURES, now);
        for expected in [2, 4, 8, 16, 30, 30] {
            while fitness.is_out(now) {
                now += Duration::from_millis(1);
            }
            fail(&fitness, 1, now);
            assert!(fitness.is_out(now + Duration::from_secs(expected) - Duration::from_millis(1)));
            assert!(!fitness.is_out(now + Duration::from_secs(expected)));
        }
        while fitness.is_out(now) {
            now += Duration::from_millis(1);
        }
        fitness.succeeded();
        fail(&fitness, FAILURES, now);
        assert!(!fitness.is_out(now + OUT_MIN), "it begins anew");
    }
}
