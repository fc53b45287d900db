//! `check-access`: a question about access, all the way through the gateway to identity and back.

use anyhow::{Context, Result, ensure};
use prost::Message;
use prost::bytes::Bytes;
use proto::access_v1::Permission;
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::{AccessCheck, CheckAccessRequest};

use crate::account::{Account, Gateway};
use crate::cpu::Meter;
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::reference::server::{Lanes, Role, Running};
use crate::report::{Aim, Line};
use crate::site::Site;

const IN_FLIGHT: u64 = 64;

/// Calls of `CheckAccess` a second, against calls through a bare proxy to a bare echo.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let echo = Running::start(Role::Echo, None).await?;
    let proxy = Running::start(Role::Proxy, Some(&echo)).await?;
    let bare = Meter::default().process("echo", echo.id()).process("proxy", proxy.id());
    let account = site.accounts(1).await?.remove(0);
    let lanes = Lanes::connect(&proxy.address)?;
    let load = Load::timed(IN_FLIGHT, plan.time);
    let rounds = duel(
        plan,
        async || ask(&load, &site.gateway, &account, &site.meter()).await,
        async || {
            let (lanes, message) = (lanes.clone(), Bytes::from(question().encode_to_vec()));
            let call = move |_: Turn| {
                let (lanes, message) = (lanes.clone(), message.clone());
                async move {
                    let answer = lanes.call(message.clone()).await?;
                    ensure!(answer == message, "the echo answers something else");
                    Ok(())
                }
            };
            Ok(Figure::rate(&load.run(&bare, call).await?, 1))
        },
    );
    Ok(vec![Line {
        name: "check-access",
        unit: "calls/s",
        aim: Aim::RatioAtLeast(0.85),
        rounds: rounds.await?,
    }])
}

/// Asks whether the owner may manage users, again and again.
pub async fn ask(load: &Load, gateway: &Gateway, account: &Account, meter: &Meter) -> Result<Figure> {
    let (gateway, account) = (gateway.clone(), account.clone());
    let call = move |turn: Turn| {
        let mut client = AccessServiceClient::new(gateway.lane(turn.lane));
        let request = account.request(question());
        async move {
            let answer = client.check_access(request).await?.into_inner();
            let decision = answer.decisions.first().context("no decision")?;
            ensure!(decision.allowed, "an owner may not manage users");
            Ok(())
        }
    };
    Ok(Figure::rate(&load.run(meter, call).await?, 1))
}

fn question() -> CheckAccessRequest {
    CheckAccessRequest {
        checks: vec![AccessCheck {
            user_id: String::new(),
            permission: Permission::ManageUsers.into(),
        }],
    }
}
