//! A real OpenTelemetry collector that is not ours (rotel), and the spans that it says it was sent.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::eventually::poll;
use crate::port::free_port;
use crate::process::Process;

const PATIENCE: Duration = Duration::from_secs(30);
/// Where its Python package keeps the program.
const WHERE: &str = "import pathlib, rotel; print(pathlib.Path(rotel.__file__).parent / 'rotel-agent')";

/// The collector; it stops when this is dropped.
#[derive(Debug)]
pub struct OtlpReceiver {
    process: Process,
    address: SocketAddr,
    _folder: TempDir,
}

/// A span that has arrived there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedSpan {
    /// The process that it comes from, by its `service.name`.
    pub service: String,
    /// Its trace, in hexadecimal.
    pub trace_id: String,
    /// What it is called.
    pub name: String,
}

impl OtlpReceiver {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When it does not start: `cargo xtask setup` installs it.
    pub async fn start() -> Result<Self> {
        let folder = TempDir::with_prefix("usher-otlp-")?;
        let address = || Ok::<_, anyhow::Error>(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        let (grpc, http) = (address()?, address()?);
        let mut command = Command::new(program().context("no rotel: run `cargo xtask setup`")?);
        command
            .args(["start", "--exporter", "blackhole", "--debug-log", "traces"])
            .args(["--debug-log-verbosity", "detailed"])
            .args(["--otlp-grpc-endpoint", &grpc.to_string()])
            .args(["--otlp-http-endpoint", &http.to_string()]);
        let mut process = Process::start("the collector", &mut command, &folder.path().join("log"))?;
        let ready = poll(PATIENCE, async || {
            ensure!(process.is_running(), "it has ended: {}", process.output());
            Ok(TcpStream::connect(grpc).await.map(drop)?)
        });
        ready.await.context("the collector did not start")?;
        Ok(Self {
            process,
            address: grpc,
            _folder: folder,
        })
    }

    /// Where it is, for `telemetry.otlp_endpoint`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans that it has told of by now.
    #[must_use]
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        let (mut spans, mut span) = (Vec::new(), ReceivedSpan::default());
        for line in self.process.output().lines().map(str::trim) {
            if let Some(service) = line.strip_prefix("-> service.name: Str(") {
                service.trim_end_matches(')').clone_into(&mut span.service);
            } else if let Some(trace_id) = value(line, "Trace ID") {
                trace_id.clone_into(&mut span.trace_id);
            } else if let Some(name) = value(line, "Name") {
                name.clone_into(&mut span.name);
                spans.push(span.clone());
            }
        }
        spans
    }
}

fn program() -> Result<PathBuf> {
    let told = Command::new("python3").args(["-c", WHERE]).output()?;
    ensure!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    Ok(PathBuf::from(String::from_utf8(told.stdout)?.trim()))
}

/// What stands behind `key` in a line such as `Trace ID       : 5b8e…`.
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let (found, value) = line.split_once(':')?;
    (found.trim() == key).then(|| value.trim())
}
