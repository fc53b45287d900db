//! The Deployments of the trial run for real, confined as they say, and add users.

use chassis::{ClientConfig, Peer};
use testkit::eventually;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Installation, Manifests, Owner, PATIENCE, Podman, SERVICES};

/// Lets pods reach a server that listens to this machine alone.
async fn forward(from: String, to: String) {
    let listener = TcpListener::bind(&from).await.unwrap();
    let mut connections = JoinSet::new();
    while let Ok((mut pod, _)) = listener.accept().await {
        let to = to.clone();
        connections.spawn(async move {
            let mut server = TcpStream::connect(to).await?;
            tokio::io::copy_bidirectional(&mut pod, &mut server).await
        });
    }
}

/// Speaks no TLS, and is not on the pods' loopback.
fn kubelet() -> ClientConfig {
    ClientConfig {
        insecure_plaintext: true,
        ..ClientConfig::default()
    }
}

/// One line of what the kernel knows of a process.
fn status(process: u64, key: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_once(':')
        .unwrap()
        .1
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

// The stores are forwarded while Podman is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pods_of_the_trial_add_users_and_are_confined() {
    let mut podman = Podman::new();
    let host = podman.host();
    let installation = Installation::prepare(async |address| address.replace("127.0.0.1", &host)).await;
    let manifests = Manifests::render_for("overlays/trial", &installation.keys);
    // The first pod makes the network, without which nobody can listen in it.
    podman.play(&manifests, "gateway");
    let mut forwarding = JoinSet::new();
    for store in installation.stores() {
        forwarding.spawn(forward(store.replace("127.0.0.1", &host), store));
    }
    for service in SERVICES.into_iter().filter(|service| *service != "gateway") {
        podman.play(&manifests, service);
    }
    for service in SERVICES {
        // As a kubelet asks.
        let probes = Peer::Tcp(format!("http://{}", podman.address(service, 50052)));
        let channel = probes.channel(service, &kubelet()).unwrap();
        eventually(PATIENCE, async || {
            let whole = HealthCheckRequest { service: String::new() };
            let answer = HealthClient::new(channel.clone()).check(whole).await;
            let status = answer.map(|answer| answer.get_ref().status());
            match status {
                Ok(ServingStatus::Serving) => Ok(()),
                other => Err(format!("{other:?}\n{}", podman.logs(service))),
            }
        })
        .await;
    }

    let owner = Owner::create(
        &installation.keys,
        &podman.address("identity", 50051),
        &podman.address("gateway", 50051),
    )
    .await;
    owner.add_user("ada@example.com").await;

    for service in SERVICES {
        let process = podman.inspect(service)["State"]["Pid"].as_u64().unwrap();
        assert_eq!(status(process, "Uid"), "65532", "{service}");
        assert_eq!(status(process, "CapEff"), "0000000000000000", "{service}");
        assert_eq!(status(process, "NoNewPrivs"), "1", "{service}");
        assert_eq!(status(process, "Seccomp"), "2", "{service}");
        let mounts = std::fs::read_to_string(format!("/proc/{process}/mountinfo")).unwrap();
        let root: Vec<_> = mounts
            .lines()
            .find(|line| line.split(' ').nth(4) == Some("/"))
            .unwrap()
            .split(' ')
            .collect();
        assert!(root[5].split(',').any(|option| option == "ro"), "{service}: {root:?}");
    }
}
