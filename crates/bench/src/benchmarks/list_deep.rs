//! `list-deep`: a late page of a long list of people.

use anyhow::{Result, ensure};
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{ListPeopleRequest, ListPeopleResponse};

use crate::account::Account;
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::report::{Aim, Line};
use crate::site::Site;

const PAGE: i32 = 100;
const LARGEST_PAGE: i32 = 500;

/// Milliseconds for page 1,000 of an account of 200,000, against page 1; one call at a time.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let account = site.accounts(1).await?.remove(0);
    fill(site, &account, plan.size(200_000, 2_000)).await?;
    let late = late_page(site, &account, plan.size(1_000, 11)).await?;
    let load = Load::timed(1, plan.time);
    let rounds = duel(
        plan,
        async || read(site, &account, &load, &late).await,
        async || read(site, &account, &load, "").await,
    );
    Ok(vec![Line {
        name: "list-deep",
        unit: "ms",
        aim: Aim::RatioAtMost(1.5),
        rounds: rounds.await?,
    }])
}

async fn read(site: &Site, account: &Account, load: &Load, page_token: &str) -> Result<Figure> {
    let (gateway, account, page_token) = (site.gateway.clone(), account.clone(), page_token.to_owned());
    let call = move |turn: Turn| {
        let mut client = PeopleServiceClient::new(gateway.lane(turn.lane));
        let request = account.request(page(PAGE, &page_token));
        async move {
            let people = client.list_people(request).await?.into_inner().people;
            ensure!(i32::try_from(people.len())? == PAGE, "a page of {}", people.len());
            // The owner is the one without a seat.
            let seatless = people.iter().filter(|person| person.products.is_empty()).count();
            ensure!(seatless <= 1, "the seats of {seatless} people are unknown");
            Ok(())
        }
    };
    Ok(Figure::latency(&load.run(&site.meter(), call).await?))
}

/// The token of this page, the first being 1; found by larger ones.
async fn late_page(site: &Site, account: &Account, number: i32) -> Result<String> {
    let mut before = (number - 1) * PAGE;
    let mut token = String::new();
    while before > 0 {
        let size = before.min(LARGEST_PAGE);
        let request = account.request(page(size, &token));
        let answer = PeopleServiceClient::new(site.gateway.lane(0))
            .list_people(request)
            .await?;
        let ListPeopleResponse {
            people,
            next_page_token,
        } = answer.into_inner();
        ensure!(
            i32::try_from(people.len())? == size && !next_page_token.is_empty(),
            "the list is too short"
        );
        token = next_page_token;
        before -= size;
    }
    Ok(token)
}

fn page(page_size: i32, page_token: &str) -> ListPeopleRequest {
    ListPeopleRequest {
        page_size,
        page_token: page_token.to_owned(),
        ..ListPeopleRequest::default()
    }
}

/// Puts people, their invitations, seats and mails into the tables of the three services that a page is made from.
async fn fill(site: &Site, account: &Account, people: u32) -> Result<()> {
    let (account, owner) = (&account.id, &account.owner_id);
    let numbers = format!("generate_series(1, {people}) AS r(n)");
    // Younger than the owner, as those are who were added.
    let id = "'ffff' || lpad(to_hex(n), 28, '0')";
    let users = format!(
        "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state,
            language, time_zone, settings, products, seat_version, revision, create_time, update_time)
        SELECT 'usr_' || {id}, '{account}', 'deep' || n || '@example.com', 'deep' || n || '@example.com',
            'Given' || n % 1000, 'Family' || n % 5000, 'given' || n % 1000, 'family' || n % 5000 || ' given' || n % 1000,
            'MEMBER', 'ACTIVE', 'en', 'UTC', '{{}}', '[\"training\"]', 1, 1, n, n
        FROM {numbers}"
    );
    let invitations = format!(
        "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone,
            products, generation, token_hash, inviter_id, create_time, expire_time)
        SELECT 'inv_' || substr(id, 5), account_id, id, 'JOIN', 'ACCEPTED', email, address, role, language, time_zone,
            products, 1, 'deep' || id, '{owner}', create_time, create_time
        FROM users WHERE account_id = '{account}' AND id <> '{owner}'"
    );
    let holders = format!(
        "INSERT INTO seat_holders (account_id, subject, version, products, update_time)
        SELECT '{account}', 'usr_' || {id}, 1, '{{\"training\":{{\"since\":0,\"by\":null}}}}', n
        FROM {numbers}"
    );
    let mails = format!(
        "INSERT INTO mails (id, account_id, invitation_id, kind, send_key, to_address, language, content, state, attempts,
            reason, message_id, create_time, send_time)
        SELECT 'eml_' || {id}, '{account}', 'inv_' || {id}, 'WELCOME', 'deep' || n, 'deep' || n || '@example.com', 'en',
            '{{}}', 'SENT', 1, '', 'deep' || n, n, n
        FROM {numbers}"
    );
    let tables = [
        ("identity", users, "users"),
        ("identity", invitations, "invitations"),
        ("licensing", holders, "seat_holders"),
        ("notification", mails, "mails"),
    ];
    for (service, insert, table) in tables {
        site.sql(service, &insert).await?;
        // As autovacuum does before long.
        site.sql(service, &format!("ANALYZE {table}")).await?;
    }
    Ok(())
}
