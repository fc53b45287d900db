//! Connections that end while they are called on: what the other side has not looked at is given to another, whatever it is.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use chassis::{Channel, ClientConfig, Listener, Peer, ServerConfig, Service, Shutdown};
use http::{Request, Response};
use http_body_util::Full;
use prost::bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{ServiceExt, service_fn};

use crate::frames::{self, GOAWAY, HEADERS, PREFACE, RST_STREAM, SETTINGS, frame};
use crate::support::DEADLINE;

/// May not be sent twice.
const WRITE: &str = "/usher.identity.v1.SessionService/LogIn";

const NO_ERROR: u8 = 0;
const REFUSED_STREAM: u8 = 7;

/// GOAWAY, with the last stream that was looked at.
fn goaway(last: u8) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[0, 0, 0, last, 0, 0, 0, NO_ERROR])
}

/// The first stream is reset.
fn reset(reason: u8) -> Vec<u8> {
    frame(RST_STREAM, 0, 1, &[0, 0, 0, reason])
}

/// Waits for a request on the first connection, answers with this, and ends the connection.
async fn say(listener: &TcpListener, words: &[u8]) {
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    stream.read_exact(&mut PREFACE.to_vec()).await.unwrap();
    while frames::read(&mut stream).await != HEADERS {}
    stream.write_all(words).await.unwrap();
    stream.shutdown().await.unwrap();
    // Whoever closes a connection that is not read to its end takes back what was said on it.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.unwrap();
}

fn channel(address: SocketAddr, connections: usize) -> Channel {
    let config = ClientConfig {
        connections,
        ..ClientConfig::default()
    };
    Peer::Tcp(format!("http://{address}"))
        .channel("identity", &config)
        .unwrap()
}

async fn call(channel: Channel) -> Code {
    let request = Request::post(WRITE)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(Bytes::from_static(&[0; 5]))))
        .unwrap();
    let Ok(response) = channel.oneshot(request).await;
    let status = Status::from_header_map(response.headers()).unwrap();
    status.code()
}

/// Answers everything with OK, on connections that live for so long.
async fn serve(listener: TcpListener, age: Duration) {
    let config = ServerConfig {
        max_connection_age: age,
        ..ServerConfig::default()
    };
    let service = Service {
        name: "identity",
        config: &config,
        guard: None,
        packages: &[],
        descriptors: &[],
    };
    let methods = service_fn(|_| async { Ok::<Response<Body>, Infallible>(Status::ok("").into_http()) });
    chassis::serve(service, methods, Listener::Tcp(listener), Shutdown::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_not_looked_at_is_sent_again_and_what_was_is_not() {
    let table = [
        (goaway(0), Code::Ok),
        (reset(REFUSED_STREAM), Code::Ok),
        (goaway(1), Code::Unavailable),
        (reset(NO_ERROR), Code::Unavailable),
    ];
    for (words, expected) in table {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let calling = tokio::spawn(call(channel(listener.local_addr().unwrap(), 1)));
        say(&listener, &words).await;
        let serving = AbortOnDropHandle::new(tokio::spawn(serve(listener, DEADLINE)));
        assert_eq!(calling.await.unwrap(), expected, "{words:?}");
        drop(serving);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_replaced_all_the_time_fail_no_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = channel(listener.local_addr().unwrap(), 2);
    let _serving = AbortOnDropHandle::new(tokio::spawn(serve(listener, Duration::from_millis(10))));
    let calling = (0..8).map(|_| {
        let channel = channel.clone();
        tokio::spawn(async move {
            for _ in 0..500 {
                assert_eq!(call(channel.clone()).await, Code::Ok);
            }
        })
    });
    for calling in calling.collect::<Vec<_>>() {
        calling.await.unwrap();
    }
}
