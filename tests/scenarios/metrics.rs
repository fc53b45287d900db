//! What five processes tell Prometheus, and that alerts and dashboards speak of nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::{Cluster, Metrics, eventually, free_port};

use crate::support::{PATIENCE, World, adding, fresh};

const SERVICES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];
const ADD_USERS: &str = "usher.admin.v1.PeopleService/AddUsers";
const CALLS: &str = "rpc_server_call_duration_seconds_count";
/// Prometheus's own, of those it asks.
const ITS_OWN: &str = "up";
/// Labels whose names begin as metrics do.
const LABELS: [&str; 3] = ["usher_service", "rpc_method", "rpc_response_status_code"];

/// A cluster, and where each of its processes tells its metrics.
struct Watched {
    world: World,
    addresses: BTreeMap<&'static str, SocketAddr>,
}

impl Watched {
    async fn start() -> Self {
        let address = |service| (service, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port().unwrap())));
        let addresses: BTreeMap<_, _> = SERVICES.into_iter().map(address).collect();
        let cluster = Cluster::start_with(|service, config| {
            let mut telemetry = toml::Table::new();
            telemetry.insert("prometheus".into(), addresses[service].to_string().into());
            config.insert("telemetry".into(), telemetry.into());
            if service != "gateway" {
                let mut relay = toml::Table::new();
                relay.insert("measure_interval".into(), "100ms".into());
                config.insert("relay".into(), relay.into());
            }
        });
        Self {
            world: World::of(cluster.await.unwrap()),
            addresses,
        }
    }

    async fn metrics(&self, service: &str) -> Metrics {
        Metrics::fetch(self.addresses[service]).await.unwrap()
    }

    /// Waits until a series of a service's has a value that is as it is expected.
    async fn comes_to(&self, (service, name, labels, is_good): Expected) {
        eventually(PATIENCE, async || {
            let value = self.metrics(service).await.sum(name, labels);
            let good = value.filter(|&value| is_good(value));
            good.ok_or_else(|| format!("{service}: {name} {labels:?} is {value:?}"))
        })
        .await;
    }
}

/// A series, and what its value must be.
type Expected = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    fn(f64) -> bool,
);

/// What one `AddUsers` with a seat and an e-mail comes to.
const EXPECTED: [Expected; 10] = [
    (
        "gateway",
        CALLS,
        &[("rpc_method", ADD_USERS), ("rpc_response_status_code", "OK")],
        |it| it == 1.0,
    ),
    (
        "gateway",
        "usher_rpc_active_calls",
        &[("rpc_method", ADD_USERS)],
        |it| it == 0.0,
    ),
    (
        "gateway",
        "usher_cache_lookups_total",
        &[("cache", "sessions"), ("result", "miss")],
        |it| it >= 1.0,
    ),
    ("identity", "usher_batch_size_count", &[("batch", "commits")], |it| {
        it >= 1.0
    }),
    (
        "identity",
        "usher_outbox_deliveries_total",
        &[("topic", "licensing.confirm_reservation"), ("outcome", "done")],
        |it| it == 1.0,
    ),
    ("licensing", "usher_reservations_pending", &[], |it| it == 0.0),
    ("licensing", "usher_seats_free", &[("product", "training")], |it| {
        it > 0.0
    }),
    (
        "notification",
        "usher_mail_attempts_total",
        &[("state", "SENT")],
        |it| it >= 1.0,
    ),
    (
        "notification",
        "usher_mail_delivery_duration_seconds_bucket",
        &[("le", "60")],
        |it| it >= 1.0,
    ),
    ("notification", "usher_mail_waiting", &[("trouble", "none")], |it| {
        it == 0.0
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_tell_what_adding_users_did_and_alerts_and_dashboards_speak_of_them() {
    let watched = Watched::start().await;
    let owner = watched.world.account().await;
    let ada = fresh("ada");
    owner.add(adding(&[&ada], &["training"])).await.unwrap();
    watched.world.mail(&ada).await;
    for expected in EXPECTED {
        watched.comes_to(expected).await;
    }

    let mut told = BTreeSet::from([ITS_OWN.to_owned()]);
    for service in SERVICES {
        let metrics = watched.metrics(service).await;
        told.extend(metrics.names().map(str::to_owned));
        for secret in ["example.com", "Olivia", "Analytical"] {
            assert!(
                !metrics.text.contains(secret),
                "{service}: {secret} in {}",
                metrics.text
            );
        }
    }
    let spoken_of = spoken_of();
    let unknown: Vec<_> = spoken_of.difference(&told).collect();
    assert!(unknown.is_empty(), "nobody tells {unknown:?}; these are told: {told:?}");
    let described = std::fs::read_to_string(monitoring().join("README.md")).unwrap();
    for name in told.iter().filter(|name| name.starts_with("usher_")) {
        let family = ["_bucket", "_sum", "_count"]
            .into_iter()
            .find_map(|part| name.strip_suffix(part));
        let family = family.unwrap_or(name);
        assert!(described.contains(&format!("`{family}`")), "{family} is not described");
    }
}

fn monitoring() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/monitoring")
}

/// Every metric that an alert or a dashboard speaks of.
fn spoken_of() -> BTreeSet<String> {
    let rules = std::fs::read_to_string(monitoring().join("rules.yaml")).unwrap();
    let mut files: Vec<Value> = vec![serde_saphyr::from_str(&rules).unwrap()];
    for file in monitoring().join("dashboards").read_dir().unwrap() {
        files.push(serde_json::from_str(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap());
    }
    let mut expressions = Vec::new();
    files.iter().for_each(|file| collect(file, &mut expressions));
    assert!(expressions.len() > 30, "{expressions:?}");
    expressions.into_iter().flat_map(metrics_of).collect()
}

/// What stands under `expr`, wherever that is.
fn collect<'v>(value: &'v Value, expressions: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => {
            expressions.extend(object.get("expr").and_then(Value::as_str));
            object.values().for_each(|value| collect(value, expressions));
        }
        Value::Array(array) => array.iter().for_each(|value| collect(value, expressions)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The metrics in an expression: words that begin as ours do and are no labels, outside quotes, where values stand.
fn metrics_of(expression: &str) -> Vec<String> {
    let is_metric = |word: &&str| {
        let is_ours = word.starts_with("usher_") || word.starts_with("rpc_");
        *word == ITS_OWN || (is_ours && !LABELS.contains(word))
    };
    let outside = expression.split('"').step_by(2);
    let words = outside.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words.filter(is_metric).map(str::to_owned).collect()
}
