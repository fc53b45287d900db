//! `telemetry`: what it costs to tell a collector of every call.

use anyhow::Result;

use super::check_access::ask;
use crate::duel::duel;
use crate::load::Load;
use crate::plan::Plan;
use crate::reference::server::{Role, Running};
use crate::report::{Aim, Line};
use crate::site::Site;

const IN_FLIGHT: u64 = 64;

/// `CheckAccess` in processes that export every trace, against the same in others that export none.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let sink = Running::start(Role::Sink, None).await?;
    let traced = Site::start(Some(&format!("http://{}", sink.address))).await?;
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
