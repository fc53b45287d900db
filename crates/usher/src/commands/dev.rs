//! `usher dev`: everything in this process.

use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::{TelemetryConfig, shutdown, telemetry};

use crate::dev::{Dev, DevOptions};

/// How to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where clients connect; port 0 takes any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,
    /// The folder for databases, keys, e-mails and dev.json; remove it to begin anew.
    #[arg(long, value_name = "DIR", default_value = ".usher")]
    pub data_dir: PathBuf,
    /// Print nothing; scripts read dev.json.
    #[arg(long)]
    pub quiet: bool,
    /// What is logged to standard error: a level, or directives such as `info,identity=debug`.
    #[arg(long, value_name = "FILTER", env = "USHER_DEV_LOG")]
    pub log: Option<String>,
    /// Where Prometheus may fetch metrics, such as 127.0.0.1:9464; nowhere without.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
}

/// Runs until SIGTERM or SIGINT.
#[expect(clippy::print_stdout, reason = "this is what the person who started it came for")]
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let log = args
        .log
        .unwrap_or_else(|| if args.quiet { "error" } else { "warn" }.to_owned());
    let telemetry = TelemetryConfig {
        log,
        prometheus: args.metrics,
        ..TelemetryConfig::default()
    };
    let _telemetry = telemetry::init("dev", &telemetry)?;
    // Of pages of 2 MiB each, a heap of 25 MiB would touch a hundred.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay");
    }
    let shutdown = shutdown::signal()?;
    let options = DevOptions {
        listen: args.listen,
        data_dir: args.data_dir,
    };
    let dev = tokio::select! {
        dev = Dev::start(&options) => dev?,
        () = shutdown.cancelled() => return Ok(()),
    };
    if !args.quiet {
        print!("{}", dev.welcome());
    }
    dev.run(shutdown).await
}
