//! `add-users-batch`: many users a request.

use anyhow::Result;

use super::add_user::account_of;
use crate::account::{adding, silently};
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::reference::{copy, tables};
use crate::report::{Aim, Line};
use crate::site::Site;

const USERS: u32 = 500;
const IN_FLIGHT: u64 = 4;

/// Users a second, against COPY into the same tables.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let url = tables::postgres(site.cluster.postgres(), plan).await?;
    let accounts = site.accounts(usize::try_from(IN_FLIGHT)?).await?;
    let copied = plan.size(50_000, 1_000);
    let load = Load {
        in_flight: IN_FLIGHT,
        time: plan.time,
        calls: plan.size(100, 2),
    };
    let rounds = duel(
        plan,
        async || {
            let (gateway, accounts) = (site.gateway.clone(), accounts.clone());
            let call = move |turn: Turn| {
                let (gateway, account) = (gateway.clone(), account_of(&accounts, turn.lane));
                async move {
                    // COPY sends no mails either; what they cost is told by `mail` and `add-user`.
                    let message = silently(adding(usize::try_from(USERS)?));
                    gateway.add_users(turn.lane, &account, message).await
                }
            };
            let sample = load.run(&site.meter(), call).await?;
            site.settled().await?;
            Ok(Figure::rate(&sample, USERS))
        },
        async || copy::run(&url, copied, &site.meter()).await,
    );
    Ok(vec![Line {
        name: "add-users-batch",
        unit: "users/s",
        aim: Aim::RatioAtLeast(0.4),
        rounds: rounds.await?,
    }])
}
