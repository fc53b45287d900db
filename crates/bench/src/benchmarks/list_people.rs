//! `list-people`: what it adds to a page of users to ask two more services about it.

use anyhow::{Result, ensure};
use proto::admin::v1::ListPeopleRequest;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::identity::v1::ListUsersRequest;
use proto::identity::v1::user_service_client::UserServiceClient;

use crate::account::adding;
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::report::{Aim, Line};
use crate::site::Site;

const IN_FLIGHT: u64 = 16;
const PAGE: i32 = 100;
/// In the account, besides its owner.
const PEOPLE: usize = 500;

/// Pages of `ListPeople` a second, against pages of `ListUsers`.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let account = site.accounts(1).await?.remove(0);
    site.gateway.add_users(0, &account, adding(PEOPLE)).await?;
    site.settled().await?;
    let load = Load::timed(IN_FLIGHT, plan.time);
    let rounds = duel(
        plan,
        async || {
            let (gateway, account) = (site.gateway.clone(), account.clone());
            let call = move |turn: Turn| {
                let mut client = PeopleServiceClient::new(gateway.lane(turn.lane));
                let request = account.request(ListPeopleRequest {
                    page_size: PAGE,
                    ..ListPeopleRequest::default()
                });
                async move { full(client.list_people(request).await?.into_inner().people.len()) }
            };
            Ok(Figure::rate(&load.run(&site.meter(), call).await?, 1))
        },
        async || {
            let (gateway, account) = (site.gateway.clone(), account.clone());
            let call = move |turn: Turn| {
                let mut client = UserServiceClient::new(gateway.lane(turn.lane));
                let request = account.request(ListUsersRequest {
                    page_size: PAGE,
                    ..ListUsersRequest::default()
                });
                async move { full(client.list_users(request).await?.into_inner().users.len()) }
            };
            Ok(Figure::rate(&load.run(&site.meter(), call).await?, 1))
        },
    );
    Ok(vec![Line {
        name: "list-people",
        unit: "pages/s",
        aim: Aim::RatioAtLeast(0.4),
        rounds: rounds.await?,
    }])
}

fn full(rows: usize) -> Result<()> {
    ensure!(i32::try_from(rows)? == PAGE, "a page of {rows}");
    Ok(())
}
