//! `overload`: how long a call takes that is let in while ten times as many come as can be answered.
#![expect(clippy::print_stderr, reason = "progress, beside the table on standard output")]

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::add_user::{account_of, add};
use crate::account::{Account, adding};
use crate::cpu;
use crate::duel::{Figure, duel, millis};
use crate::load::{Load, Sample};
use crate::plan::Plan;
use crate::report::{Aim, Line};
use crate::site::{Site, set};

/// Calls at once when all of them are answered. The gateway is told to take no more, as whoever runs all processes on two cores
/// would tell it: more calls at once make nothing quicker there.
const IN_FLIGHT: u64 = 64;
const ACCOUNTS: usize = 64;
/// How many times too much comes.
const EXCESS: f64 = 10.0;
/// How soon all must be well again.
const RECOVERY: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(1);

/// The latency of `AddUsers` that one in a hundred exceeds: of those let in, against that without an overload.
pub async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let site = Site::start(|service, config| {
        if service == "gateway" {
            set(
                config,
                "server",
                "concurrency_limit",
                i64::try_from(IN_FLIGHT).unwrap_or(i64::MAX),
            );
        }
    });
    let site = &site.await?;
    site.settle_in(usize::try_from(plan.people())?).await?;
    let calm = Load::timed(IN_FLIGHT, plan.time);
    let accounts = site.accounts(ACCOUNTS).await?;
    let capacity = add(&calm, &site.gateway, &accounts, &site.meter()).await?.value;
    let time = plan.size(Duration::from_secs(60), Duration::from_secs(2));
    let rounds = duel(
        plan,
        async || {
            // Others each time, since tokens do not live through two minutes of this.
            let accounts = site.accounts(ACCOUNTS).await?;
            let sample = storm(site, &accounts, capacity * EXCESS, time).await?;
            recovered(site, &accounts).await?;
            Ok(slowest(Figure::rate(&sample, 1)))
        },
        async || {
            site.settled().await?;
            let accounts = site.accounts(ACCOUNTS).await?;
            let figure = add(&calm, &site.gateway, &accounts, &site.meter()).await?;
            site.settled().await?;
            Ok(slowest(figure))
        },
    );
    Ok(vec![Line {
        name: "overload",
        unit: "ms",
        aim: Aim::RatioAtMost(2.0),
        rounds: rounds.await?,
    }])
}

/// What counts is the latency of the slow ones.
fn slowest(figure: Figure) -> Figure {
    Figure {
        value: figure.p99_ms.unwrap_or(f64::NAN),
        ..figure
    }
}

/// Begins `rate` calls a second, whatever becomes of those before. Answers are those of the calls that were let in; the others
/// have to be refused as overload is, with a delay after which to try again.
async fn storm(site: &Site, accounts: &[Account], rate: f64, time: Duration) -> Result<Sample> {
    let meter = site.meter();
    let before = meter.read()?;
    let start = Instant::now();
    let (mut calls, mut begun) = (JoinSet::new(), 0_u32);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut admitted, mut refused) = (Vec::new(), Vec::new());
    while start.elapsed() < time {
        ticks.tick().await;
        while Duration::from_secs_f64(f64::from(begun) / rate) < start.elapsed() {
            let lane = u64::from(begun);
            let (gateway, account) = (site.gateway.clone(), account_of(accounts, lane));
            calls.spawn(async move {
                let begin = Instant::now();
                (gateway.add_users(lane, &account, adding(1)).await, begin.elapsed())
            });
            begun += 1;
        }
        while let Some(call) = calls.try_join_next() {
            sort(call?, &mut admitted, &mut refused)?;
        }
    }
    while let Some(call) = calls.join_next().await {
        sort(call?, &mut admitted, &mut refused)?;
    }
    let time = start.elapsed();
    ensure!(!refused.is_empty() && !admitted.is_empty(), "that was no overload");
    admitted.sort_unstable();
    refused.sort_unstable();
    let refusal = refused[refused.len() * 99 / 100];
    eprintln!(
        "of {begun} calls {} were let in and {} refused, 99 of 100 within {:.1} ms",
        admitted.len(),
        refused.len(),
        millis(refusal)
    );
    Ok(Sample {
        calls: u64::try_from(admitted.len())?,
        time,
        latencies: admitted,
        cpu: cpu::between(&before, &meter.read()?),
    })
}

/// Puts a call with those that were let in, or with those that were refused.
fn sort(
    (answer, latency): (Result<()>, Duration),
    admitted: &mut Vec<Duration>,
    refused: &mut Vec<Duration>,
) -> Result<()> {
    match answer {
        Ok(()) => admitted.push(latency),
        Err(error) => {
            let status = error.downcast_ref::<Status>();
            let is_overload = status.is_some_and(|status| {
                status.code() == Code::ResourceExhausted && status.get_details_retry_info().is_some()
            });
            if !is_overload {
                return Err(error).context("neither let in nor refused");
            }
            refused.push(latency);
        }
    }
    Ok(())
}

/// Waits until as many calls as can be answered are answered, without one refused.
async fn recovered(site: &Site, accounts: &[Account]) -> Result<()> {
    let load = Load::timed(IN_FLIGHT, Duration::from_secs(1));
    let begin = Instant::now();
    while let Err(error) = add(&load, &site.gateway, accounts, &site.meter()).await {
        ensure!(
            begin.elapsed() < RECOVERY,
            "not recovered within {RECOVERY:?}: {error:#}"
        );
    }
    eprintln!("recovered within {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}
