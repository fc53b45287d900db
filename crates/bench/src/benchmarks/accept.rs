//! `accept`: invited people set their passwords and are logged in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use proto::identity::v1::AcceptInvitationRequest;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;

use crate::account::{Account, PASSWORD, adding};
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::reference::pgbench::{self, Length};
use crate::reference::tables;
use crate::report::{Aim, Line};
use crate::site::Site;

const IN_FLIGHT: u64 = 64;
/// How many are invited at once.
const INVITED: u64 = 100;
/// No round takes so long: it ends with the last invitation.
const LONG: Duration = Duration::from_secs(120);
const SCRIPT: &str = include_str!("../reference/accept.sql");

/// Acceptances a second, against the same writes statement by statement.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let url = tables::postgres(site.cluster.postgres(), plan).await?;
    let accounts = site.accounts(usize::try_from(tables::ACCOUNTS)?).await?;
    let people = plan.size(64, 2) * INVITED;
    let each_client = people.div_ceil(IN_FLIGHT);
    let variables = BTreeMap::from([("accounts", tables::ACCOUNTS)]);
    tokens(&site.cluster.mail_folder())?;
    let rounds = duel(
        plan,
        async || {
            let tokens = invite(site, &accounts, people).await?;
            accept(site, tokens).await
        },
        async || {
            prepare(site, &url, each_client * IN_FLIGHT).await?;
            let length = Length::Transactions(each_client);
            pgbench::run(&url, SCRIPT, &variables, length, &site.meter()).await
        },
    );
    Ok(vec![Line {
        name: "accept",
        unit: "people/s",
        aim: Aim::RatioAtLeast(1.5),
        rounds: rounds.await?,
    }])
}

/// Invites people into the accounts in turn; answers the tokens in their e-mails.
async fn invite(site: &Site, accounts: &[Account], people: u64) -> Result<Vec<String>> {
    for (batch, account) in (0..people / INVITED).zip(accounts.iter().cycle()) {
        let message = adding(usize::try_from(INVITED)?);
        site.gateway.add_users(batch, account, message).await?;
    }
    site.settled().await?;
    let tokens = tokens(&site.cluster.mail_folder())?;
    ensure!(
        u64::try_from(tokens.len())? == people,
        "{} links for {people} people",
        tokens.len()
    );
    Ok(tokens)
}

async fn accept(site: &Site, tokens: Vec<String>) -> Result<Figure> {
    let load = Load {
        in_flight: IN_FLIGHT,
        time: LONG,
        calls: u64::try_from(tokens.len())?,
    };
    let (gateway, tokens) = (site.gateway.clone(), Arc::new(tokens));
    let call = move |turn: Turn| {
        let (gateway, tokens) = (gateway.clone(), Arc::clone(&tokens));
        async move {
            let token = tokens.get(usize::try_from(turn.number)?).context("no link is left")?;
            let message = AcceptInvitationRequest {
                token: token.clone(),
                password: PASSWORD.to_owned(),
            };
            let mut client = InvitationServiceClient::new(gateway.lane(turn.lane));
            client.accept_invitation(message).await?;
            Ok(())
        }
    };
    Ok(Figure::rate(&load.run(&site.meter(), call).await?, 1))
}

/// The tokens in all mails that have arrived; takes the mails away.
fn tokens(folder: &Path) -> Result<Vec<String>> {
    let mut tokens = Vec::new();
    // Before the first mail there is no folder.
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        // Undoes soft line breaks and encoded octets (RFC 2045 §6.7), as far as a link needs it.
        let text = fs::read_to_string(&path)?.replace("=\r\n", "").replace("=3D", "=");
        if let Some((_, rest)) = text.split_once("/accept?token=") {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
            tokens.push(rest[..end.unwrap_or(rest.len())].to_owned());
        }
        fs::remove_file(path)?;
    }
    Ok(tokens)
}

/// Invited people for the reference, who are next in the order of the sequence `ids`.
async fn prepare(site: &Site, url: &str, people: u64) -> Result<()> {
    let postgres = site.cluster.postgres();
    // No number is left over in a session of an earlier round.
    postgres.sql(url, "ALTER SEQUENCE ids CACHE 1").await?;
    let last = postgres.sql(url, "SELECT nextval('ids')").await?;
    let last: u64 = last.parse().context("a sequence without numbers")?;
    let (first, last, accounts) = (last + 1, last + people, tables::ACCOUNTS);
    let numbers = format!("generate_series({first}, {last}) AS r(n)");
    let users = format!(
        "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state,
            language, time_zone, settings, products, seat_version, revision, create_time, update_time)
        SELECT 'usr_' || lpad(n::text, 32, '0'), 'acc_' || n % {accounts} + 1, 'ada-' || n || '@example.com',
            'ada-' || n || '@example.com', 'Ada', 'Lovelace', 'ada', 'lovelace ada', 'MEMBER', 'INVITED', 'en', 'UTC',
            '{{}}', '[\"training\"]', 1, 1, 0, 0
        FROM {numbers}"
    );
    let invitations = format!(
        "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone,
            products, generation, token_hash, inviter_id, create_time, expire_time)
        SELECT 'inv_' || lpad(n::text, 32, '0'), 'acc_' || n % {accounts} + 1, 'usr_' || lpad(n::text, 32, '0'), 'JOIN',
            'PENDING', 'ada-' || n || '@example.com', 'ada-' || n || '@example.com', 'MEMBER', 'en', 'UTC',
            '[\"training\"]', 1, lpad(n::text, 64, '0'), 'usr_1', 0, 1764600000000000
        FROM {numbers}"
    );
    let heads = format!(
        "INSERT INTO audit_heads (account_id, sequence, hash)
        SELECT 'acc_' || n, 0, '' FROM generate_series(1, {accounts}) AS r(n) ON CONFLICT DO NOTHING"
    );
    for statement in [users, invitations, heads] {
        postgres.sql(url, &statement).await?;
    }
    Ok(())
}
