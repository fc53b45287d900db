//! `usher login`: begins the session that other commands use.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::client::{Destination, Gateway, Login, Password, Store, greet};
use crate::demo::DevFile;
use crate::output::tell;

/// Where the gateway of `usher dev` listens, unless told otherwise.
const DEFAULT_SERVER: &str = "127.0.0.1:50051";

/// Who logs in where.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The session is kept in usher/ in your configuration folder ($XDG_CONFIG_HOME, or ~/.config), for you alone.

Examples:
  usher login --demo .usher/dev.json                    the owner of the demo account of `usher dev`
  usher login --server https://usher.example --email ada@example.com
  usher login --server https://localhost:50051 --ca certs/gateway/ca.crt --email ada@example.com
  pass show usher | usher login --email ada@example.com --password-stdin")]
pub struct Args {
    /// The gateway: `https://host:port`, or `host:port`, which is plaintext on this machine and TLS elsewhere.
    #[arg(long, value_name = "ADDRESS", env = "USHER_SERVER", default_value = DEFAULT_SERVER)]
    pub server: String,
    /// Believe the authorities in this file (PEM) and not the public ones; its place is remembered.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Let passwords leave this machine in the clear: for networks that are encrypted by themselves.
    #[arg(long)]
    pub insecure_plaintext: bool,
    /// Your address.
    #[arg(long, required_unless_present = "demo")]
    pub email: Option<String>,
    /// Read the password from the first line of standard input instead of asking for it.
    #[arg(long)]
    pub password_stdin: bool,
    /// Log in as the owner of the demo account that this file is of: dev.json of `usher dev`, cluster.json of `cargo xtask up`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["email", "password_stdin"])]
    pub demo: Option<PathBuf>,
}

/// Logs in, and keeps the session.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let store = Store::open()?;
    // Rather before the password is typed than after.
    store.read()?;
    let demo = args.demo.as_deref().map(read_demo).transpose()?;
    let server = demo.as_ref().map_or(&args.server, |demo| &demo.address);
    let ca = args.ca.as_ref().or(demo.as_ref().and_then(|demo| demo.ca.as_ref()));
    let destination = Destination::typed(server, ca.map(PathBuf::as_path), args.insecure_plaintext)?;
    greet(&destination).await?;
    let (email, password) = match demo {
        Some(demo) => (demo.owner_email, demo.owner_password),
        None => credentials(args)?,
    };
    let tokens = Gateway::at(&destination)?.log_in(&email, &password).await?;
    let login = Login {
        gateway: destination,
        email,
        tokens,
    };
    let _lock = store.lock().await?;
    store.write(&login)?;
    tell(&format!("logged in at {} as {}", login.gateway.server(), login.email));
    Ok(())
}

fn read_demo(path: &Path) -> anyhow::Result<DevFile> {
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("cannot read {}: is `usher dev` running?", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

fn credentials(args: Args) -> anyhow::Result<(String, String)> {
    let source = if args.password_stdin {
        Password::StandardInput
    } else {
        Password::Terminal
    };
    let email = args.email.context("an address is needed")?;
    Ok((email, source.read()?))
}
