//! A closed loop: so many calls in flight, each followed by the next, and every one of them has to succeed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use crate::cpu::{self, Cpu, Meter};

/// How much is called.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Calls at once.
    pub in_flight: u64,
    /// After this long no call is begun any more.
    pub time: Duration,
    /// After so many none is begun either.
    pub calls: u64,
}

/// One call's place in the loop.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Which of the calls in flight it is one of.
    pub lane: u64,
    /// How many were begun before it.
    pub number: u64,
}

/// What came of a loop.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Calls that were answered.
    pub calls: u64,
    /// From the first call to the last answer.
    pub time: Duration,
    /// How long each took, the quickest first.
    pub latencies: Vec<Duration>,
    /// What it cost.
    pub cpu: Cpu,
}

impl Load {
    /// So many calls at once for that long.
    pub const fn timed(in_flight: u64, time: Duration) -> Self {
        Self {
            in_flight,
            time,
            calls: u64::MAX,
        }
    }

    /// Runs the loop. A call that fails ends it, and fails the whole: errors are answered fast.
    pub async fn run<F, Fut>(&self, meter: &Meter, call: F) -> Result<Sample>
    where
        F: Fn(Turn) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        let next = Arc::new(AtomicU64::new(0));
        let before = meter.read()?;
        let start = Instant::now();
        let mut lanes = JoinSet::new();
        for lane in 0..self.in_flight {
            lanes.spawn(self.lane(lane, start, Arc::clone(&next), call.clone()));
        }
        let mut latencies = Vec::new();
        while let Some(lane) = lanes.join_next().await {
            latencies.extend(lane.context("a lane panicked")??);
        }
        let time = start.elapsed();
        let cpu = cpu::between(&before, &meter.read()?);
        ensure!(!latencies.is_empty(), "nothing was called");
        latencies.sort_unstable();
        Ok(Sample {
            calls: u64::try_from(latencies.len())?,
            time,
            latencies,
            cpu,
        })
    }

    async fn lane<F, Fut>(self, lane: u64, start: Instant, next: Arc<AtomicU64>, call: F) -> Result<Vec<Duration>>
    where
        F: Fn(Turn) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let mut latencies = Vec::new();
        while start.elapsed() < self.time {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.calls {
                break;
            }
            let begun = Instant::now();
            let answered = call(Turn { lane, number }).await;
            answered.with_context(|| format!("call {number} failed, and with it the benchmark"))?;
            latencies.push(begun.elapsed());
        }
        Ok(latencies)
    }
}

impl Sample {
    /// The latency that this share of the calls did not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of what is in memory, from a share between 0 and 1"
        )]
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies[index.min(self.latencies.len() - 1)]
    }

    /// Calls in a second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody calls 2^52 times")]
        let calls = self.calls as f64;
        calls / self.time.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_number_is_called_once() {
        let load = Load {
            in_flight: 8,
            time: Duration::from_secs(60),
            calls: 1_000,
        };
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let numbers = Arc::clone(&seen);
        let call = move |turn: Turn| {
            let numbers = Arc::clone(&numbers);
            async move {
                numbers.lock().unwrap().push(turn.number);
                Ok(())
            }
        };
        let sample = load.run(&Meter::default(), call).await.unwrap();
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, Vec::from_iter(0..1_000));
        assert_eq!(sample.calls, 1_000);
    }

    #[tokio::test]
    async fn one_failed_call_fails_the_run() {
        let load = Load {
            in_flight: 4,
            time: Duration::from_secs(60),
            calls: 100,
        };
        let call = async |turn: Turn| {
            ensure!(turn.number != 50, "refused");
            Ok(())
        };
        assert!(load.run(&Meter::default(), call).await.is_err());
    }

    #[test]
    fn a_quantile_is_the_latency_that_so_many_did_not_exceed() {
        let sample = Sample {
            calls: 100,
            time: Duration::from_secs(1),
            latencies: (1..=100).map(Duration::from_millis).collect(),
            cpu: Cpu::default(),
        };
        assert_eq!(sample.quantile(0.0), Duration::from_millis(1));
        assert_eq!(sample.quantile(0.5), Duration::from_millis(51));
        assert_eq!(sample.quantile(0.99), Duration::from_millis(100));
        assert_eq!(sample.quantile(1.0), Duration::from_millis(100));
    }
}
