//! The folder of mails as k6 can read it, which has no files: over HTTP, from this machine only.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};

use crate::command::command;

/// Serves until it is dropped.
pub struct Mails {
    server: Child,
    port: String,
}

impl Mails {
    pub fn serve(folder: &Path) -> Result<Self> {
        let mut python = command(
            "python3",
            &["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"],
        );
        let mut server = python
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run python3, which serves the mails")?;
        let output = server.stdout.take().context("python3 has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        // Serving HTTP on 127.0.0.1 port 34567 (http://127.0.0.1:34567/) ...
        let port = line.split_whitespace().skip_while(|word| *word != "port").nth(1);
        let port = port.with_context(|| format!("the mails are not served: {line}"))?;
        Ok(Self {
            port: port.to_owned(),
            server,
        })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Mails {
    fn drop(&mut self) {
        // Both fail only for a server that is gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
