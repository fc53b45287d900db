//! `telemetry`: what it costs to tell a collector of every call.

use anyhow::Result;

use super::check_access::ask;
use crate::duel::duel;
use crate::load::Load;
use crate::plan::Plan;
use crate::reference::server::{Role, Running};
use crate::report::{Aim, Line};
use crate::site::{Site, set};

const IN_FLIGHT: u64 = 64;

/// The share of traces that the manifests keep.
const KEPT: f64 = 0.05;

/// `CheckAccess` in processes that are watched as the manifests have it, against the same in others that tell nothing.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let sink = Running::start(Role::Sink, None).await?;
    let endpoint = format!("http://{}", sink.address);
    let traced = Site::start(|_, config| {
        set(config, "telemetry", "otlp_endpoint", endpoint.as_str());
        set(config, "telemetry", "sample_ratio", KEPT);
        set(config, "telemetry", "prometheus", "127.0.0.1:0");
    });
    let traced = traced.await?;
    traced.settle_in(usize::try_from(plan.people())?).await?;
    let meter = traced.meter().process("sink", sink.id());
    let (quiet_account, traced_account) = (site.accounts(1).await?.remove(0), traced.accounts(1).await?.remove(0));
    let load = Load::timed(IN_FLIGHT, plan.time);
    let rounds = duel(
        plan,
        async || ask(&load, &traced.gateway, &traced_account, &meter).await,
        async || ask(&load, &site.gateway, &quiet_account, &site.meter()).await,
    );
    Ok(vec![Line {
        name: "telemetry",
        unit: "calls/s",
        aim: Aim::RatioAtLeast(0.9),
        rounds: rounds.await?,
    }])
}
