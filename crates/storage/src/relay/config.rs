//! The `[relay]` block of a service's configuration.

use std::time::Duration;

use serde::Deserialize;

/// How a relay paces itself. Nothing here makes it give up: only the receiver's refusal does.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelayConfig {
    /// How often the table is looked at when nobody rings.
    #[serde(deserialize_with = "types::period")]
    pub poll_interval: Duration,
    /// How long a claimed message is left to its relay; a delivery that takes longer is cut short.
    #[serde(deserialize_with = "types::period")]
    pub lease: Duration,
    /// How many messages are claimed at once.
    pub batch: u32,
    /// How many batches of one topic are under way at a time.
    pub concurrency: usize,
    /// The back-off after the first failure; it doubles with each further one.
    #[serde(deserialize_with = "types::period")]
    pub backoff_min: Duration,
    /// The longest back-off.
    #[serde(deserialize_with = "types::period")]
    pub backoff_max: Duration,
    /// How often the outbox is measured.
    #[serde(deserialize_with = "types::period")]
    pub measure_interval: Duration,
    /// How long deliveries under way may take at the end; then they are cut short, and others take their messages at once.
    #[serde(deserialize_with = "types::period")]
    pub drain_timeout: Duration,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(1),
            lease: Duration::from_secs(30),
            batch: 200,
            concurrency: 2,
            backoff_min: Duration::from_millis(200),
            backoff_max: Duration::from_secs(60),
            measure_interval: Duration::from_secs(15),
            drain_timeout: Duration::from_secs(10),
        }
    }
}

impl RelayConfig {
    /// How long a message that has been tried `attempts` times waits: exponential, and somewhere in the upper half, so that
    /// what failed together does not come back together.
    pub(crate) fn backoff(&self, attempts: u64) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(31);
        let longest = self.backoff_min.saturating_mul(1 << doublings).min(self.backoff_max);
        longest.mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_doubles_up_to_its_limit_and_varies_by_half() {
        let config = RelayConfig {
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_secs(1),
            ..RelayConfig::default()
        };
        for (attempts, longest) in [
            (0, 100),
            (1, 100),
            (2, 200),
            (3, 400),
            (4, 800),
            (5, 1_000),
            (u64::MAX, 1_000),
        ] {
            for _ in 0..50 {
                let backoff = config.backoff(attempts);
                let (shortest, longest) = (Duration::from_millis(longest / 2), Duration::from_millis(longest));
                assert!(
                    (shortest..=longest).contains(&backoff),
                    "{attempts} attempts: {backoff:?}"
                );
            }
        }
    }
}
