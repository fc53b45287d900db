//! `usher demo`: the demo account of `usher dev` in a cluster that runs elsewhere.

use std::path::PathBuf;

use anyhow::Context;
use chassis::{TelemetryConfig, shutdown, telemetry};

use crate::client::Gateway;
use crate::demo::{self, Secrets, Showcase};
use crate::operator::{Config, Operator};

/// Where to make it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The operator's configuration (TOML): [callers], `identity`, `gateway` and `mail_dir`, the folder that
    /// notification's e-mails go to. Variables USHER_OPERATOR__SECTION__KEY override it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to write the address and the tokens, for scripts.
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
}

/// Makes the account and keeps its tokens fresh until SIGTERM or SIGINT.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let log = TelemetryConfig {
        log: "warn".to_owned(),
        ..TelemetryConfig::default()
    };
    let _telemetry = telemetry::init("demo", &log)?;
    let shutdown = shutdown::signal()?;
    let showcase = tokio::select! {
        showcase = open(args) => showcase?,
        () = shutdown.cancelled() => return Ok(()),
    };
    show(&showcase);
    shutdown.cancelled().await;
    showcase.stop().await;
    Ok(())
}

async fn open(args: Args) -> anyhow::Result<Showcase> {
    let config = Config::load(args.config.as_deref())?;
    let peer = config.gateway.context("the operator's configuration lacks `gateway`")?;
    let mail_dir = config
        .mail_dir
        .context("the operator's configuration lacks `mail_dir`")?;
    let operator = Operator::new(&config.callers, &config.identity, &config.clients)?;
    let gateway = Gateway::new(peer, &config.clients)?;
    let path = std::path::absolute(args.file)?;
    let secrets = Secrets::new();
    let demo = demo::prepare(&operator, &gateway, &secrets).await?;
    Showcase::open(demo, gateway, secrets, mail_dir, path)
}

#[expect(clippy::print_stdout, reason = "this is what the person who started it came for")]
fn show(showcase: &Showcase) {
    print!("{}", showcase.welcome());
}
