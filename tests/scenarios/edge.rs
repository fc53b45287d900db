//! A gateway that speaks TLS to its clients: the program itself and real grpcurl, each told whom to believe.

use std::fs::File;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Cluster, Hosts, Proxy, eventually, grpcurl, usher_program};
use tokio::process::Command;
use toml::Table;

use crate::support::{PASSWORD, PATIENCE};

const EMAIL: &str = "owner@example.com";

/// A cluster that can be reached by TLS only, and the home of somebody who uses it.
struct Edge {
    cluster: Cluster,
    home: TempDir,
    /// What names stand for there, if not for what they do on this machine.
    hosts: Option<Hosts>,
}

/// A gateway looks at its files often.
fn hasten(service: &str, config: &mut Table) {
    if service == "gateway" {
        let tls = config["server"]["tls"].as_table_mut().unwrap();
        tls.insert("reload_interval".into(), "100ms".into());
    }
}

impl Edge {
    /// With an account in it.
    async fn start() -> Self {
        let edge = Self {
            cluster: Cluster::start_sealed(hasten).await.unwrap(),
            home: tempfile::tempdir().unwrap(),
            hosts: None,
        };
        std::fs::write(edge.home.path().join("password"), PASSWORD).unwrap();
        let mut create = edge.command(&["account", "create", "--plan", "team-monthly", "--name", "Engines"]);
        create.args(["--given-name", "Olivia", "--family-name", "Owner", "--email", EMAIL]);
        create.args(["--password-file", "password", "--config"]);
        create.arg(edge.cluster.operator_file().unwrap());
        done(create.output().await.unwrap());
        edge
    }

    /// The certificate of the gateway's authority.
    fn authority(&self) -> PathBuf {
        self.cluster.tls("gateway").ca.unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let usher = usher_program();
        let mut command = match &self.hosts {
            Some(hosts) => Command::from(hosts.command(&usher)),
            None => Command::new(usher),
        };
        command.args(args).current_dir(self.home.path()).kill_on_drop(true);
        command.env("XDG_CONFIG_HOME", self.home.path());
        command
    }

    async fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().await.unwrap()
    }

    async fn log_in(&self, server: &str, ca: Option<&Path>) -> Output {
        let mut command = self.command(&["login", "--server", server, "--email", EMAIL, "--password-stdin"]);
        if let Some(ca) = ca {
            command.arg("--ca").arg(ca);
        }
        let password = File::open(self.home.path().join("password")).unwrap();
        command.stdin(Stdio::from(password)).output().await.unwrap()
    }

    /// What grpcurl makes of a method, believing an authority.
    async fn call(&self, ca: &Path, method: &str, message: &Value) -> testkit::Grpcurl {
        let session = std::fs::read_to_string(self.home.path().join("usher/session.json")).unwrap();
        let session: Value = serde_json::from_str(&session).unwrap();
        let bearer = format!("authorization: Bearer {}", session["access_token"].as_str().unwrap());
        let (ca, message) = (ca.display().to_string(), message.to_string());
        grpcurl([
            "-cacert",
            &ca,
            "-H",
            &bearer,
            "-d",
            &message,
            &self.cluster.address(),
            method,
        ])
        .await
    }
}

/// What a command prints that does its work.
fn done(output: Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// How a command ends that does not, and why.
fn refused(output: &Output) -> (Option<i32>, String) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), complaint.into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_and_grpcurl_add_people_by_tls() {
    let edge = Edge::start().await;
    let ca = edge.authority();
    let server = format!("https://{}", edge.cluster.address());
    done(edge.log_in(&server, Some(&ca)).await);
    // The seats come through billing and licensing.
    let add = [
        "users",
        "add",
        "--user",
        "Ada Lovelace <ada@example.com>",
        "--product",
        "training",
    ];
    eventually(PATIENCE, async || {
        let output = edge.run(&add).await;
        if output.status.success() {
            Ok(())
        } else {
            Err(refused(&output).1)
        }
    })
    .await;
    let message = json!({
        "users": [{ "given_name": "Grace", "family_name": "Hopper", "email": "grace@example.com" }],
        "options": { "products": ["training"] },
    });
    let answer = edge.call(&ca, "usher.admin.v1.PeopleService/AddUsers", &message).await;
    assert_eq!(answer.json()["results"][0]["outcome"], "OUTCOME_INVITED");
    let pools: Value = serde_json::from_str(&done(edge.run(&["seats", "list", "--output", "json"]).await)).unwrap();
    let mut pools = pools.as_array().unwrap().iter();
    let training = pools.find(|pool| pool["product"] == "training").unwrap();
    let held = ["assigned", "reserved"].map(|key| training[key].as_i64().unwrap());
    assert_eq!(held.iter().sum::<i64>(), 2, "{training}");
    done(edge.run(&["logout"]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_wrongly_how_to_reach_it_is_told_what_to_do() {
    let edge = Edge::start().await;
    let (place, ca) = (edge.cluster.address(), edge.authority());
    let server = format!("https://{place}");
    done(edge.run(&["certs", "dev", "--dir", "other"]).await);
    let other = edge.home.path().join("other/gateway/ca.crt");
    for (server, ca, advice) in [
        (&server, Some(other.as_path()), "--ca"),
        (&server, None, "--ca"),
        // On this machine that is plaintext.
        (&place, None, server.as_str()),
        (&format!("http://{place}"), None, &server),
    ] {
        let (exit, complaint) = refused(&edge.log_in(server, ca).await);
        assert_eq!(exit, Some(6), "{complaint}");
        assert!(complaint.contains(advice), "{complaint}");
        assert!(!edge.home.path().join("usher/session.json").exists());
    }

    let copy = edge.home.path().join("ca.crt");
    std::fs::copy(&ca, &copy).unwrap();
    done(edge.log_in(&server, Some(&copy)).await);
    let method = "usher.admin.v1.PeopleService/ListPeople";
    let misled = edge.call(&other, method, &json!({})).await;
    assert!(misled.exit == 1 && misled.stderr.contains("certificate"), "{misled:?}");
    let plain = grpcurl(["-plaintext", &place, "list"]).await;
    assert_ne!(plain.exit, 0, "{plain:?}");
    assert_eq!(edge.call(&ca, method, &json!({})).await.code(), 0);

    // Later it has a certificate of an authority that the session knows nothing of.
    edge.cluster.renew_certs().await.unwrap();
    eventually(PATIENCE, async || {
        let output = edge.run(&["doctor", "--output", "json"]).await;
        let findings: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let advice = findings[0]["advice"].as_str().unwrap_or_default();
        if advice.contains("--ca") {
            Ok(())
        } else {
            Err(findings.to_string())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn localhost_is_wherever_the_gateway_listens() {
    let mut edge = Edge::start().await;
    let (place, ca) = (edge.cluster.address(), edge.authority());
    edge.hosts = Some(Hosts::new(&["::1 localhost", "127.0.0.1 localhost"].map(str::to_owned)).unwrap());
    let six = Proxy::start_at(Ipv6Addr::LOCALHOST, &place).await.unwrap();
    for place in [place, six.address().to_string()] {
        let (_, port) = place.rsplit_once(':').unwrap();
        done(edge.log_in(&format!("https://localhost:{port}"), Some(&ca)).await);
        done(edge.run(&["seats", "list"]).await);
    }
}
