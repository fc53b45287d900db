//! One replica of a peer, which answers as a test tells it, and calls to it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chassis::{Channel, ClientConfig, Listener, Peer, Refusal, ServerConfig, Service, Shutdown};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use prost::bytes::Bytes;
use testkit::eventually;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{ServiceExt, service_fn};

use crate::support::DEADLINE;

/// May be sent twice.
pub const READ: &str = "/usher.identity.v1.AccessService/CheckAccess";
/// May not.
pub const WRITE: &str = "/usher.identity.v1.SessionService/LogIn";

/// A message without fields, as it is sent.
const MESSAGE: [u8; 5] = [0; 5];

/// One replica, which answers every method as it is told.
pub struct Replica {
    pub behaviour: Arc<Behaviour>,
    pub address: SocketAddr,
    shutdown: Shutdown,
    server: JoinHandle<()>,
}

#[derive(Default)]
pub struct Behaviour {
    pub calls: AtomicU32,
    pub is_unavailable: AtomicBool,
    /// What the callers said that they wait for.
    pub timeouts: Mutex<Vec<String>>,
    /// Whether calls wait for the gate.
    pub is_gated: AtomicBool,
    pub gate: Gate,
}

pub struct Gate(pub Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Behaviour {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let timeout = request.headers()["grpc-timeout"].to_str().unwrap().to_owned();
        self.timeouts.lock().unwrap().push(timeout);
        let message = request.into_body().collect().await;
        assert!(
            message.is_ok_and(|message| message.to_bytes() == MESSAGE[..]),
            "the whole message arrives"
        );
        if self.is_gated.load(Ordering::SeqCst) {
            self.gate.0.acquire().await.unwrap().forget();
        }
        if self.is_unavailable.load(Ordering::SeqCst) {
            let status: Status = Refusal::new(Code::Unavailable, "PEER_UNAVAILABLE", "Not now.").into();
            return status.into_http();
        }
        let mut response = Response::new(Body::new(Full::from(MESSAGE.to_vec())));
        response
            .headers_mut()
            .insert("content-type", "application/grpc".parse().unwrap());
        response
    }
}

impl Replica {
    pub async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn at(address: SocketAddr) -> Self {
        let listener = Listener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (behaviour, shutdown) = (Arc::<Behaviour>::default(), Shutdown::new());
        let (answering, stop) = (Arc::clone(&behaviour), shutdown.clone());
        let methods = service_fn(move |request: Request<Body>| {
            let behaviour = Arc::clone(&answering);
            async move { Ok::<_, Infallible>(behaviour.answer(request).await) }
        });
        let server = tokio::spawn(async move {
            let config = ServerConfig::default();
            let service = Service {
                name: "identity",
                config: &config,
                guard: None,
                packages: &[],
                descriptors: &[],
            };
            chassis::serve(service, methods, listener, stop).await.unwrap();
        });
        Self {
            behaviour,
            address,
            shutdown,
            server,
        }
    }

    pub fn calls(&self) -> u32 {
        self.behaviour.calls.load(Ordering::SeqCst)
    }

    pub fn set_unavailable(&self, is_unavailable: bool) {
        self.behaviour.is_unavailable.store(is_unavailable, Ordering::SeqCst);
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.server.await.unwrap();
    }

    /// Ends without a word, as a process that is killed.
    pub async fn die(self) {
        self.server.abort();
        assert!(self.server.await.unwrap_err().is_cancelled());
    }
}

pub fn channel(replicas: &[&Replica]) -> Channel {
    let addresses = replicas.iter().map(|replica| replica.url()).collect();
    Peer::Replicas(addresses)
        .channel("identity", &ClientConfig::default())
        .unwrap()
}

/// Calls a method and answers its code.
pub async fn call(channel: &Channel, path: &'static str) -> Code {
    let request = Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::new(Bytes::from_static(&MESSAGE))))
        .unwrap();
    let Ok(response) = channel.clone().oneshot(request).await;
    let status = Status::from_header_map(response.headers());
    let code = status.map_or(Code::Ok, |status| status.code());
    if code == Code::Ok {
        let answer = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(answer, MESSAGE[..]);
    }
    code
}

/// Waits until all of them are connected to.
pub async fn connected(channel: &Channel, replicas: &[&Replica]) {
    eventually(DEADLINE, async || {
        call(channel, READ).await;
        let missing = replicas.iter().filter(|replica| replica.calls() == 0).count();
        if missing == 0 {
            Ok(())
        } else {
            Err(format!("{missing} are not called"))
        }
    })
    .await;
}
