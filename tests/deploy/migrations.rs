//! A database is migrated once, whoever does it, and a service serves on a schema that it knows.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Output;

use futures::future::join_all;
use testkit::{Process, eventually, free_port, usher_program};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::support::{Installation, PATIENCE};

/// Which migrations a database has seen.
const SEEN: &str = "SELECT version FROM seaql_migrations ORDER BY version";

async fn migrate(url: &str) -> Output {
    let mut command = Command::new(usher_program());
    command
        .args(["migrate", "identity"])
        .env("USHER_IDENTITY__DATABASE__URL", url);
    command.kill_on_drop(true).output().await.unwrap()
}

#[tokio::test]
async fn of_eight_that_migrate_at_once_one_does() {
    let installation = Installation::prepare(async |address| address.to_owned()).await;
    let postgres = &installation.postgres;
    let url = postgres.database("migrations").await;
    for output in join_all((0..8).map(|_| migrate(&url))).await {
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
    }
    let expected = postgres.sql(&installation.database("identity", "identity"), SEEN).await;
    let expected = expected.unwrap();
    assert!(expected.lines().count() > 10, "{expected}");
    assert_eq!(postgres.sql(&url, SEEN).await.unwrap(), expected);
}

#[tokio::test]
async fn a_service_serves_beside_a_newer_one_until_that_takes_something_away() {
    let installation = Installation::prepare(async |address| address.to_owned()).await;
    let names = ["identity", "licensing", "billing", "notification"];
    let addresses: BTreeMap<_, _> = names
        .map(|name| (name, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port().unwrap()))))
        .into();
    let change = async |sql: &str| {
        let url = installation.database("identity", "identity_migrator");
        installation.postgres.sql(&url, sql).await.unwrap()
    };
    let refused = async |reason: &str| {
        let mut command = Command::from(installation.serve("identity", &addresses));
        let output = command.kill_on_drop(true).output().await.unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(6), "{said}");
        assert!(said.contains(reason), "{said}");
    };

    change("INSERT INTO seaql_migrations VALUES ('m20990101_000001_add_nicknames', 0)").await;
    let log = installation.folder.path().join("identity.log");
    let mut identity = Process::start("identity", &mut installation.serve("identity", &addresses), &log).unwrap();
    eventually(PATIENCE, async || {
        let connected = TcpStream::connect(addresses["identity"]).await;
        connected.map_err(|_| identity.output())
    })
    .await;
    identity.kill();

    change("INSERT INTO seaql_migrations VALUES ('m20990102_000001_contract_users', 0)").await;
    refused("m20990102_000001_contract_users").await;
    change("DELETE FROM seaql_migrations WHERE version >= 'm20261126'").await;
    refused("`usher migrate`").await;
}
