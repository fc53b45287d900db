//! Stopping: calls in progress finish, new ones are not taken, and nothing waits for ever.

use std::time::Duration;

use chassis::{Peer, ServerConfig};
use testkit::eventually;
use tonic::Code;

use crate::support::{DEADLINE, Stand};

#[tokio::test]
async fn calls_in_progress_finish_after_the_signal_to_stop() {
    for stand in [
        Stand::tcp(ServerConfig::default()).await,
        Stand::memory(ServerConfig::default()),
    ] {
        let (mut client, request) = (stand.client(), stand.log_in("wait"));
        let call = tokio::spawn(async move { client.log_in(request).await });
        stand.arrived(1).await;
        stand.shutdown.cancel();
        if let Peer::Tcp(address) = &stand.peer {
            let address = address.trim_start_matches("http://").to_owned();
            eventually(DEADLINE, async || {
                match tokio::net::TcpStream::connect(&address).await {
                    Ok(_) => Err("still listening"),
                    Err(_) => Ok(()),
                }
            })
            .await;
        }
        assert!(!stand.server.is_finished());
        stand.sessions.gate.add_permits(1);
        call.await.unwrap().unwrap();
        tokio::time::timeout(DEADLINE, stand.server)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
}

#[tokio::test]
async fn a_call_that_outlives_the_drain_is_cut() {
    let stand = Stand::tcp(ServerConfig {
        drain_timeout: Duration::from_millis(30),
        ..ServerConfig::default()
    })
    .await;
    let (mut client, request) = (stand.client(), stand.log_in("wait"));
    let call = tokio::spawn(async move { client.log_in(request).await });
    stand.arrived(1).await;
    stand.shutdown.cancel();
    tokio::time::timeout(DEADLINE, stand.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(call.await.unwrap().unwrap_err().code(), Code::Unavailable);
    // The handler is gone too, not only its connection: nobody holds what it held.
    let gate = &stand.sessions.gate;
    gate.add_permits(1);
    eventually(DEADLINE, async || {
        if gate.available_permits() == 1 {
            Ok(())
        } else {
            Err("the handler took a permit")
        }
    })
    .await;
}

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    stand.client().log_in(stand.log_in("ada")).await.unwrap();
    stand.shutdown.cancel();
    tokio::time::timeout(DEADLINE, stand.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_server_that_is_dropped_takes_its_connections_with_it() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let (mut client, request) = (stand.client(), stand.log_in("wait"));
    let call = tokio::spawn(async move { client.log_in(request).await });
    stand.arrived(1).await;
    stand.server.abort();
    assert_eq!(call.await.unwrap().unwrap_err().code(), Code::Unavailable);
}
