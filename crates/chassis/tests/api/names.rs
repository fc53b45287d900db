//! Names of peers: calls go to what a name stands for now, by the machine's own resolver.

use std::env::current_exe;
use std::net::SocketAddr;
use std::time::Duration;

use chassis::{ClientConfig, Peer};
use testkit::{Hosts, eventually};
use tonic::Code;

use crate::replica::{READ, Replica, call, connected};
use crate::support::DEADLINE;

const TEST: &str = "names::a_channel_follows_the_addresses_of_a_name";

/// Runs this test again, in a process with a hosts file of its own.
fn run_with_hosts() {
    let hosts = Hosts::new(&[]).unwrap();
    let mut again = hosts.command(&current_exe().unwrap());
    let output = again.args(["--exact", TEST]).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_channel_follows_the_addresses_of_a_name() {
    let Some(hosts) = Hosts::given() else {
        return run_with_hosts();
    };
    let stands_for = |replicas: &[&Replica]| {
        let lines = replicas.iter().map(|it| format!("{} identity.test", it.address.ip()));
        hosts.tell(&lines.collect::<Vec<_>>()).unwrap();
    };
    let one = Replica::at(SocketAddr::from(([127, 0, 0, 2], 0))).await;
    let port = one.address.port();
    let other = Replica::at(SocketAddr::from(([127, 0, 0, 3], port))).await;
    stands_for(&[&one]);
    let config = ClientConfig {
        insecure_plaintext: true,
        resolve_interval: Duration::from_millis(50),
        ..ClientConfig::default()
    };
    let peer = Peer::Tcp(format!("http://identity.test:{port}"));
    let channel = peer.channel("identity", &config).unwrap();
    for _ in 0..20 {
        assert_eq!(call(&channel, READ).await, Code::Ok);
    }
    assert_eq!((one.calls(), other.calls()), (20, 0));

    // The name gets an address more, while nothing fails.
    stands_for(&[&one, &other]);
    connected(&channel, &[&other]).await;

    // And loses one, behind which somebody still answers.
    stands_for(&[&other]);
    eventually(DEADLINE, async || {
        let before = one.calls();
        for _ in 0..20 {
            assert_eq!(call(&channel, READ).await, Code::Ok);
        }
        let late = one.calls() - before;
        if late == 0 {
            Ok(())
        } else {
            Err(format!("{late} of 20"))
        }
    })
    .await;
}
