//! `usher login`: begins the session that other commands use.

use std::path::PathBuf;

use anyhow::Context;

use crate::client::{Gateway, Login, Password, Store};
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
  usher login --server 127.0.0.1:50051 --email ada@example.com
  pass show usher | usher login --email ada@example.com --password-stdin")]
pub struct Args {
    /// The gateway, as `host:port`.
    #[arg(long, value_name = "ADDRESS", env = "USHER_SERVER", default_value = DEFAULT_SERVER)]
    pub server: String,
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
    let (server, email, password) = credentials(args)?;
    let gateway = Gateway::at(&server)?;
    let tokens = gateway.log_in(&email, &password).await?;
    let login = Login {
        server: gateway.address().to_owned(),
        email,
        tokens,
    };
    let _lock = store.lock().await?;
    store.write(&login)?;
    tell(&format!("logged in at {} as {}", login.server, login.email));
    Ok(())
}

fn credentials(args: Args) -> anyhow::Result<(String, String, String)> {
    if let Some(path) = args.demo {
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("cannot read {}: is `usher dev` running?", path.display()))?;
        let file: DevFile = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        return Ok((file.address, file.owner_email, file.owner_password));
    }
    let source = if args.password_stdin {
        Password::StandardInput
    } else {
        Password::Terminal
    };
    let email = args.email.context("an address is needed")?;
    Ok((args.server, email, source.read()?))
}
