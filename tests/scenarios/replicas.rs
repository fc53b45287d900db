//! Two of every process: stopped, killed and given new certificates one after the other, while people go on working.

use std::collections::{BTreeMap, BTreeSet};

use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{ListUsersRequest, User};
use testkit::{Cluster, Handover, eventually, number};
use toml::{Table, Value};
use tonic::Code;

use crate::support::work::{Done, PRODUCT, Work};
use crate::support::{Owner, PATIENCE, World, settled};

const SERVICES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];
/// Calls at once.
const LANES: usize = 8;
/// How many calls are made at least while processes are stopped; `USHER_CALLS` says another number.
const CALLS: usize = 3_000;
/// How many calls are looked at to see who has answered them.
const SPREAD: usize = 2_500;
/// How many certificates each process follows: its own, and one for each peer.
const CERTIFICATES: [(&str, usize); 5] = [
    ("gateway", 4),
    ("identity", 4),
    ("licensing", 2),
    ("billing", 3),
    ("notification", 2),
];

/// Connections are replaced every other moment, files are looked at often, and each answer is logged.
fn hasten(_: &str, config: &mut Table) {
    for block in ["server", "clients"] {
        if let Some(Value::Table(tls)) = config.get_mut(block).and_then(|block| block.get_mut("tls")) {
            tls.insert("reload_interval".into(), "100ms".into());
        }
    }
    let server = config.entry("server").or_insert_with(|| Table::new().into());
    let server = server.as_table_mut().unwrap();
    server.insert("max_connection_age".into(), "2s".into());
    let mut telemetry = Table::new();
    telemetry.insert("log".into(), "info,chassis::ending=debug".into());
    config.insert("telemetry".into(), telemetry.into());
}

struct Stage {
    world: World,
    owner: Owner,
    work: Work,
}

impl Stage {
    async fn set() -> Self {
        let mut world = World::of(Cluster::start_pairs(hasten).await.unwrap());
        let owner = world.account_on("enterprise-yearly").await;
        let cluster = world.cluster();
        let gateways = cluster.peer("gateway");
        let channel = gateways.channel("gateway", &cluster.clients("operator")).unwrap();
        let work = Work::begin(channel, &owner, LANES);
        Self { world, owner, work }
    }

    /// How many times each process has logged this.
    fn logged(&mut self, words: &str) -> BTreeMap<&'static str, Vec<usize>> {
        let count = |service| {
            let members = self.world.cluster().members(service).iter_mut();
            (
                service,
                members
                    .map(|member| member.process().output().matches(words).count())
                    .collect(),
            )
        };
        SERVICES.into_iter().map(count).collect()
    }

    /// Waits until every process has taken new files up so many times.
    async fn taken_up(&mut self, times: usize) {
        eventually(PATIENCE, async || {
            let taken = self.logged("a new certificate is used");
            let late = CERTIFICATES
                .iter()
                .filter(|(service, files)| taken[service].iter().any(|taken| *taken < files * times));
            match late.collect::<Vec<_>>() {
                late if late.is_empty() => Ok(()),
                late => Err(format!("{late:?} have not taken {times} up: {taken:?}")),
            }
        })
        .await;
    }

    /// Ends the work and looks at what it has left behind.
    async fn ends_well(self) -> Done {
        let done = self.work.end().await;
        let users = users(&self.owner).await;
        let known: BTreeSet<&str> = users.iter().map(|user| user.email.as_str()).collect();
        let lost: Vec<_> = done
            .added
            .iter()
            .filter(|email| !known.contains(email.as_str()))
            .collect();
        assert!(
            !done.added.is_empty() && lost.is_empty(),
            "acknowledged, and not there: {lost:?}"
        );
        let meant = users
            .iter()
            .filter(|user| user.products.iter().any(|product| product == PRODUCT))
            .count();
        assert_eq!(known.len(), users.len());
        eventually(PATIENCE, async || {
            let pools = settled(&self.owner).await;
            let pool = pools.into_iter().find(|pool| pool.product == PRODUCT).unwrap();
            match usize::try_from(pool.assigned) {
                Ok(assigned) if assigned == meant => Ok(()),
                _ => Err(format!("{meant} users are to hold a seat: {pool:?}")),
            }
        })
        .await;
        done
    }
}

async fn users(owner: &Owner) -> Vec<User> {
    let mut client = UserServiceClient::new(owner.channel.clone());
    let (mut users, mut page_token) = (Vec::new(), String::new());
    loop {
        let message = ListUsersRequest {
            page_size: 500,
            page_token,
            ..ListUsersRequest::default()
        };
        let page = client.list_users(owner.request(message)).await.unwrap().into_inner();
        users.extend(page.users);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return users;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_replicas_are_used_and_stopping_each_in_turn_fails_no_call_and_loses_nothing() {
    let mut stage = Stage::set().await;
    let before = stage.logged("answered");
    stage.work.calls_more(SPREAD).await;
    let after = stage.logged("answered");
    for (service, counts) in &after {
        let calls: Vec<usize> = counts
            .iter()
            .zip(&before[service])
            .map(|(after, before)| after - before)
            .collect();
        let all: usize = calls.iter().sum();
        assert!(all > SPREAD / 20, "{service} has hardly been called: {calls:?}");
        assert!(
            calls.iter().all(|calls| (all * 4 / 10..=all * 6 / 10).contains(calls)),
            "{service}: {calls:?}"
        );
    }
    let begin = stage.work.calls();
    let calls = number("USHER_CALLS", CALLS);
    let (mut round, mut failures) = (0, Vec::new());
    // Each is stopped once at least.
    while round == 0 || stage.work.calls() < begin + calls {
        for service in SERVICES {
            for replica in 0..2 {
                let member = &mut stage.world.cluster().members(service)[replica];
                member.process().terminate();
                let status = member.process().exited(PATIENCE).await.unwrap();
                assert!(status.success(), "{service} ended with {status}");
                member.start(&[]).await.unwrap();
                failures.extend(stage.work.failures());
            }
        }
        round += 1;
    }
    let total = stage.work.calls() - begin;
    let done = stage.ends_well().await;
    failures.extend(done.failures);
    println!(
        "{total} calls in {round} rounds, {} users added, {} failed",
        done.added.len(),
        failures.len()
    );
    assert!(failures.is_empty(), "of {total}: {failures:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_each_in_turn_fails_the_calls_in_flight_alone_and_loses_nothing() {
    let mut stage = Stage::set().await;
    stage.work.calls_more(LANES).await;
    let mut failed = 0;
    for service in SERVICES {
        for replica in 0..2 {
            stage.world.cluster().members(service)[replica].process().kill();
            stage.work.calls_more(10 * LANES).await;
            let failures = stage.work.failures();
            failed += failures.len();
            let mut lanes = BTreeSet::new();
            for failure in &failures {
                assert_eq!(
                    failure.status.code(),
                    Code::Unavailable,
                    "{:?}: {failure:?}",
                    failure.kind
                );
                assert!(
                    lanes.insert(failure.lane),
                    "{service}: a lane lost two calls: {failures:?}"
                );
            }
            stage.world.cluster().members(service)[replica]
                .start(&[])
                .await
                .unwrap();
        }
    }
    let done = stage.ends_well().await;
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    println!("{failed} calls failed, {} users added", done.added.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_authority_takes_over_without_a_failed_call() {
    let mut stage = Stage::set().await;
    stage.work.calls_more(LANES).await;
    let handover = stage.world.cluster().new_certs().await.unwrap();
    for (step, install) in [Handover::believe_both, Handover::use_new, Handover::forget_old]
        .into_iter()
        .enumerate()
    {
        install(&handover).unwrap();
        stage.taken_up(step + 1).await;
        stage.work.calls_more(20 * LANES).await;
        let failures = stage.work.failures();
        assert!(failures.is_empty(), "at step {step}: {failures:?}");
    }
    // Whoever is new is believed by all, so that all have gone over.
    for service in SERVICES {
        let member = &mut stage.world.cluster().members(service)[0];
        member.process().terminate();
        member.process().exited(PATIENCE).await.unwrap();
        member.start(&[]).await.unwrap();
    }
    stage.work.calls_more(20 * LANES).await;
    let done = stage.ends_well().await;
    assert!(done.failures.is_empty(), "{:?}", done.failures);
}
