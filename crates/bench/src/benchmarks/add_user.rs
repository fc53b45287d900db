//! `add-user` and `add-user-hot`: one user a request, in many accounts or all in one.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::account::{Account, Gateway, adding};
use crate::cpu::Meter;
use crate::duel::{Figure, Round, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::reference::pgbench::{self, Length};
use crate::reference::tables;
use crate::report::{Aim, Line};
use crate::site::Site;

const IN_FLIGHT: u64 = 64;
const SCRIPT: &str = include_str!("../reference/add_user.sql");

/// Users a second, each lane's in an account of its own.
pub async fn many_accounts(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let accounts = usize::try_from(tables::ACCOUNTS)?;
    Ok(vec![Line {
        name: "add-user",
        unit: "users/s",
        aim: Aim::RatioAtLeast(2.0),
        rounds: rounds(plan, site, accounts, tables::ACCOUNTS).await?,
    }])
}

/// Users a second, all in one account with one pool of seats.
pub async fn one_account(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    Ok(vec![Line {
        name: "add-user-hot",
        unit: "users/s",
        aim: Aim::RatioAtLeast(6.0),
        rounds: rounds(plan, site, 1, 1).await?,
    }])
}

async fn rounds(plan: &Plan, site: &Site, accounts: usize, pools: u64) -> Result<Vec<Round>> {
    let url = tables::postgres(site.cluster.postgres(), plan).await?;
    let accounts = site.accounts(accounts).await?;
    let load = Load::timed(IN_FLIGHT, plan.time);
    let variables = BTreeMap::from([("accounts", pools)]);
    let rounds = duel(
        plan,
        async || {
            let figure = add(&load, &site.gateway, &accounts, &site.meter()).await?;
            // What is left to deliver must not be done at the reference's expense.
            site.settled().await?;
            Ok(figure)
        },
        async || pgbench::run(&url, SCRIPT, &variables, Length::Time(plan.time), &site.meter()).await,
    );
    rounds.await
}

/// Adds one user a call, each lane to its account.
pub async fn add(load: &Load, gateway: &Gateway, accounts: &[Account], meter: &Meter) -> Result<Figure> {
    let (gateway, accounts) = (gateway.clone(), accounts.to_vec());
    let call = move |turn: Turn| {
        let (gateway, account) = (gateway.clone(), account_of(&accounts, turn.lane));
        async move { gateway.add_users(turn.lane, &account, adding(1)).await }
    };
    Ok(Figure::rate(&load.run(meter, call).await?, 1))
}

/// The account that a lane works for.
pub fn account_of(accounts: &[Account], lane: u64) -> Account {
    let index = usize::try_from(lane).unwrap_or_default() % accounts.len();
    accounts[index].clone()
}
