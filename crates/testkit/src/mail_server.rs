//! A real mail server that is not ours (aiosmtpd, with STARTTLS and AUTH), and as bad as they come: what it does to a mail is
//! told by the first letters of the reader's address (`mail_server/server.py`).

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::eventually::poll;
use crate::process::Process;

const PROGRAM: &str = include_str!("mail_server/server.py");
const PATIENCE: Duration = Duration::from_secs(30);

/// The server; it stops when this is dropped.
#[derive(Debug)]
pub struct MailServer {
    process: Process,
    port: u64,
    folder: TempDir,
}

impl MailServer {
    /// Starts one on a free port, with a certificate of its own.
    ///
    /// # Errors
    /// When it does not start: `cargo xtask setup` installs it.
    pub async fn start() -> Result<Self> {
        let folder = TempDir::with_prefix("usher-mail-")?;
        let file = |name| folder.path().join(name);
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        std::fs::write(file("certificate.pem"), made.cert.pem())?;
        std::fs::write(file("key.pem"), made.signing_key.serialize_pem())?;
        std::fs::write(file("server.py"), PROGRAM)?;
        let mut command = Command::new("python3");
        command.args([file("server.py"), file("certificate.pem"), file("key.pem")]);
        let mut process = Process::start("the mail server", &mut command, &file("log"))?;
        let port = poll(PATIENCE, async || {
            let first = process.output().lines().next().map(str::to_owned);
            ensure!(process.is_running(), "it has ended: {}", process.output());
            let told: Value = serde_json::from_str(&first.context("it has not said its port yet")?)?;
            told["port"].as_u64().context("no port")
        });
        let port = port.await.context("no aiosmtpd: run `cargo xtask setup`")?;
        Ok(Self { process, port, folder })
    }

    /// Where it is, with the password it asks for.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://usher:right@localhost:{}?tls=required", self.port)
    }

    /// The certificate by which it is trusted.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// The Message-IDs of the mails that were handed over whole to this address, whatever was answered.
    #[must_use]
    pub fn arrived(&self, to: &str) -> Vec<String> {
        let output = self.process.output();
        let mails = output
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let ids = mails.filter(|mail| mail["to"] == to);
        ids.filter_map(|mail| mail["message_id"].as_str().map(str::to_owned))
            .collect()
    }
}
