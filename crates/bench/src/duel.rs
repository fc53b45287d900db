//! Ours against its reference: round after round in turn, so that whatever else the machine does disturbs both.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::cpu::Cpu;
use crate::load::Sample;
use crate::plan::Plan;

/// What was measured of one side in one round.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// In the line's unit.
    pub value: f64,
    /// The median latency in milliseconds, where calls were timed.
    pub p50_ms: Option<f64>,
    /// The latency that one call in a hundred exceeded.
    pub p99_ms: Option<f64>,
    /// CPU time a call in microseconds, by process.
    pub cpu_us: BTreeMap<String, f64>,
}

/// Both sides of one round.
#[derive(Clone, Debug, Serialize)]
pub struct Round {
    /// Usher.
    pub ours: Figure,
    /// What it is held against, if it is held against something measured.
    pub reference: Option<Figure>,
}

impl Figure {
    /// A figure by itself.
    pub const fn plain(value: f64) -> Self {
        Self {
            value,
            p50_ms: None,
            p99_ms: None,
            cpu_us: BTreeMap::new(),
        }
    }

    /// A figure with what `per` things cost.
    pub fn with_cpu(value: f64, cpu: &Cpu, per: f64) -> Self {
        let micros = |(name, time): (&String, &Duration)| (name.clone(), time.as_secs_f64() * 1e6 / per);
        Self {
            cpu_us: cpu.iter().map(micros).collect(),
            ..Self::plain(value)
        }
    }

    /// The rate of a loop's calls, when each of them does `per_call` things.
    pub fn rate(sample: &Sample, per_call: u32) -> Self {
        let per_call = f64::from(per_call);
        let things = sample.rate() * per_call * sample.time.as_secs_f64();
        Self {
            p50_ms: Some(millis(sample.quantile(0.5))),
            p99_ms: Some(millis(sample.quantile(0.99))),
            ..Self::with_cpu(sample.rate() * per_call, &sample.cpu, things)
        }
    }

    /// The median latency of a loop's calls.
    pub fn latency(sample: &Sample) -> Self {
        let rate = Self::rate(sample, 1);
        Self {
            value: millis(sample.quantile(0.5)),
            ..rate
        }
    }
}

/// Runs both sides in turn.
pub async fn duel(
    plan: &Plan,
    mut ours: impl AsyncFnMut() -> Result<Figure>,
    mut reference: impl AsyncFnMut() -> Result<Figure>,
) -> Result<Vec<Round>> {
    if plan.warms_up() {
        ours().await?;
        reference().await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        rounds.push(Round {
            ours: ours().await?,
            reference: Some(reference().await?),
        });
    }
    Ok(rounds)
}

/// The middle one.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median([4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median([]).is_nan());
    }

    #[tokio::test]
    async fn the_sides_take_turns_and_the_first_round_does_not_count() {
        let order = std::cell::RefCell::new(String::new());
        let side = async |name: char| {
            order.borrow_mut().push(name);
            Ok(Figure::plain(1.0))
        };
        let plan = Plan::full(2);
        let rounds = duel(&plan, async || side('o').await, async || side('r').await);
        assert_eq!(rounds.await.unwrap().len(), 2);
        assert_eq!(order.into_inner(), "ororor");
    }
}
