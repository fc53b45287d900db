//! `usher serve` and `usher migrate`: one service with a configuration of its own.

use std::path::Path;
use std::time::Duration;

use ::usher::{Dev, DevOptions};
use sea_orm_migration::sea_orm::ConnectionTrait;
use storage::{Database, DatabaseConfig};
use testkit::{Process, eventually};

use crate::program::{run, stderr, usher};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn write_billing(folder: &Path, more: &str) {
    let database = folder.join("billing.db");
    let text = format!(
        "{more}\nlisten = \"127.0.0.1:0\"\nlicensing = \"http://127.0.0.1:9\"\nidentity = \"http://127.0.0.1:9\"\n[database]\nurl = \"sqlite://{}\"\n\
         [callers]\nkey = \"{KEY}\"\n[changes]\npreview_key = \"{KEY}\"\n",
        database.display()
    );
    std::fs::write(folder.join("billing.toml"), text).unwrap();
}

#[tokio::test]
async fn a_database_is_migrated_as_often_as_one_likes() {
    let folder = tempfile::tempdir().unwrap();
    write_billing(folder.path(), "");
    for _ in 0..2 {
        let output = run(folder.path(), ["migrate", "billing", "--config", "billing.toml"]).await;
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert!(folder.path().join("billing.db").is_file());
}

#[tokio::test]
async fn a_migration_leaves_the_address_for_metrics_to_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let service = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = service.local_addr().unwrap();
    write_billing(folder.path(), &format!("telemetry.prometheus = \"{address}\""));
    let output = run(folder.path(), ["migrate", "billing", "--config", "billing.toml"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let output = run(folder.path(), ["serve", "billing", "--config", "billing.toml"]).await;
    assert!(!output.status.success());
    assert!(stderr(&output).contains("telemetry.prometheus"), "{}", stderr(&output));
}

#[tokio::test]
async fn a_service_serves_until_sigterm() {
    const SOON: Duration = Duration::from_secs(30);
    let folder = tempfile::tempdir().unwrap();
    write_billing(folder.path(), "");
    let output = run(folder.path(), ["migrate", "billing", "--config", "billing.toml"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_usher"));
    command.args(["serve", "billing", "--config", "billing.toml"]);
    command.current_dir(folder.path());
    let mut billing = Process::start("billing", &mut command, &folder.path().join("log")).unwrap();
    eventually(SOON, async || {
        let log = billing.output();
        log.contains("billing begins").then_some(()).ok_or(log)
    })
    .await;
    billing.terminate();
    assert!(billing.exited(SOON).await.unwrap().success(), "{}", billing.output());
    assert!(billing.output().contains("billing has stopped"), "{}", billing.output());
}

#[tokio::test]
async fn an_unknown_key_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    write_billing(folder.path(), "licencing = \"http://127.0.0.1:9\"");
    let output = run(folder.path(), ["serve", "billing", "--config", "billing.toml"]).await;
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("licencing: unknown key"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test]
async fn migrating_needs_to_know_its_database_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for service in ["identity", "licensing", "billing", "notification"] {
        let output = run(folder.path(), ["migrate", service]).await;
        assert!(!output.status.success());
        assert!(stderr(&output).contains("database: missing"), "{}", stderr(&output));
        let url = format!("sqlite://{}", folder.path().join(service).display());
        let mut command = usher(folder.path());
        command.args(["migrate", service]);
        command.env(format!("USHER_{}__DATABASE__URL", service.to_uppercase()), url);
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{service}: {}", stderr(&output));
    }
    let output = run(folder.path(), ["migrate", "gateway"]).await;
    assert_eq!(output.status.code(), Some(2), "the gateway has no database");
}

/// Says of the database that a newer program has run a migration.
async fn have_run(file: &Path, migration: &str) {
    let config = DatabaseConfig::new(format!("sqlite://{}", file.display()));
    let database = Database::connect(&config).await.unwrap();
    let sql = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{migration}', 0)");
    database.writer().execute_unprepared(&sql).await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn a_service_refuses_a_database_that_it_cannot_work_with() {
    let folder = tempfile::tempdir().unwrap();
    write_billing(folder.path(), "");
    let refused = async |command: &str, reason: &str| {
        let output = run(folder.path(), [command, "billing", "--config", "billing.toml"]).await;
        assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    };
    refused("serve", "`usher migrate`").await;
    let output = run(folder.path(), ["migrate", "billing", "--config", "billing.toml"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    have_run(&folder.path().join("billing.db"), "m20990101_000001_contract_invoices").await;
    for command in ["serve", "migrate"] {
        refused(command, "m20990101_000001_contract_invoices").await;
    }
}

#[tokio::test]
async fn dev_goes_on_with_data_that_a_newer_program_has_expanded_and_refuses_what_it_has_contracted() {
    let folder = tempfile::tempdir().unwrap();
    let options = DevOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: folder.path().join("data"),
    };
    Dev::start(&options).await.unwrap().stop().await;
    let database = folder.path().join("data/identity.db");
    have_run(&database, "m20990101_000001_add_nicknames").await;
    Dev::start(&options).await.unwrap().stop().await;
    have_run(&database, "m20990102_000001_contract_users").await;
    let output = run(folder.path(), ["dev", "--listen", "127.0.0.1:0", "--data-dir", "data"]).await;
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("m20990102_000001_contract_users"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), ["serve", "identity", "--config", "identity.toml"]).await;
    assert!(!output.status.success());
    assert!(stderr(&output).contains("identity.toml"), "{}", stderr(&output));
}

#[tokio::test]
async fn without_a_configuration_the_missing_keys_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for service in ["identity", "licensing", "billing", "notification", "gateway"] {
        let output = run(folder.path(), ["serve", service]).await;
        assert!(!output.status.success());
        assert!(stderr(&output).contains("missing"), "{}", stderr(&output));
        assert!(stderr(&output).contains(service), "{}", stderr(&output));
    }
}
