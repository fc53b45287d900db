//! The least that a gRPC call costs: an echo, a proxy in front of it, and a sink that swallows traces.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use futures::future::BoxFuture;
use http::uri::PathAndQuery;
use prost::bytes::Bytes;
use tempfile::TempDir;
use testkit::{Process, free_port, poll};
use tonic::body::Body;
use tonic::server::{NamedService, UnaryService};
use tonic::transport::server::{Server, TcpIncoming};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

use super::bytes::BytesCodec;

const PATIENCE: Duration = Duration::from_secs(10);
/// The way of OpenTelemetry's exporters, so that the sink can pass for a collector.
const METHOD: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// What a server does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers the same.
    Echo,
    /// Hands it on, and the answer back.
    Proxy,
    /// Answers nothing.
    Sink,
}

/// How to serve.
#[derive(clap::Args)]
pub struct Serve {
    role: Role,
    #[arg(long)]
    listen: SocketAddr,
    /// Where a proxy hands messages on: `127.0.0.1:12345`.
    #[arg(long)]
    to: Option<String>,
}

/// A server in a process of its own, as long as this lives.
pub struct Running {
    /// Where it listens.
    pub address: String,
    process: Process,
    _folder: TempDir,
}

impl Running {
    /// Starts one and waits until it listens.
    pub async fn start(role: Role, to: Option<&Running>) -> Result<Self> {
        let value = role.to_possible_value().context("a role without a name")?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let folder = TempDir::with_prefix("usher-bench-")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", value.get_name(), "--listen", &address]);
        if let Some(to) = to {
            command.args(["--to", &to.address]);
        }
        let process = Process::start(value.get_name(), &mut command, &folder.path().join("log"))?;
        let listening = poll(PATIENCE, async || tokio::net::TcpStream::connect(&address).await);
        listening.await.with_context(|| process.output())?;
        Ok(Self {
            address,
            process,
            _folder: folder,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Serve {
    /// Serves until the process is ended.
    pub async fn run(self) -> Result<()> {
        let method = match (self.role, self.to) {
            (Role::Echo, _) => Method::Echo,
            (Role::Sink, _) => Method::Sink,
            (Role::Proxy, to) => Method::Proxy(Lanes::connect(&to.context("a proxy needs --to")?)?),
        };
        let incoming = TcpIncoming::bind(self.listen)?.with_nodelay(Some(true));
        let server = Server::builder().add_service(Bare(method));
        server.serve_with_incoming(incoming).await?;
        Ok(())
    }
}

/// Calls the one method there is, over two connections in turn.
#[derive(Clone)]
pub struct Lanes {
    channels: [Channel; 2],
    next: Arc<AtomicUsize>,
}

impl Lanes {
    /// Connects at the first call.
    pub fn connect(address: &str) -> Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        Ok(Self {
            channels: [endpoint.connect_lazy(), endpoint.connect_lazy()],
            next: Arc::default(),
        })
    }

    /// One call.
    pub async fn call(&self, message: Bytes) -> Result<Bytes, Status> {
        let lane = self.next.fetch_add(1, Ordering::Relaxed) % self.channels.len();
        let mut grpc = tonic::client::Grpc::new(self.channels[lane].clone());
        let ready = grpc.ready().await;
        ready.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = PathAndQuery::from_static(METHOD);
        let answer = grpc.unary(Request::new(message), path, BytesCodec).await?;
        Ok(answer.into_inner())
    }
}

#[derive(Clone)]
enum Method {
    Echo,
    Proxy(Lanes),
    Sink,
}

impl UnaryService<Bytes> for Method {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let method = self.clone();
        Box::pin(async move {
            let message = request.into_inner();
            let answer = match method {
                Self::Echo => message,
                Self::Proxy(lanes) => lanes.call(message).await?,
                Self::Sink => Bytes::new(),
            };
            Ok(Response::new(answer))
        })
    }
}

/// A service of one method, whose name does not matter.
#[derive(Clone)]
struct Bare(Method);

impl NamedService for Bare {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

impl tower::Service<http::Request<Body>> for Bare {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = self.0.clone();
        Box::pin(async move { Ok(tonic::server::Grpc::new(BytesCodec).unary(method, request).await) })
    }
}
