//! One process of a cluster.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::eventually::poll;
use crate::process::Process;
use crate::program::usher_program;

const START_LIMIT: Duration = Duration::from_secs(30);

/// One service, which can be ended and started again at the same address.
#[derive(Debug)]
pub struct Member {
    service: &'static str,
    address: SocketAddr,
    /// Where it tells how it is.
    probe: SocketAddr,
    config: PathBuf,
    process: Option<Process>,
}

impl Member {
    pub(super) fn new(service: &'static str, address: SocketAddr, probe: SocketAddr, config: &Path) -> Self {
        Self {
            service,
            address,
            probe,
            config: config.to_owned(),
            process: None,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it, ended before or not, with these variables, such as `("FAILPOINTS", "identity::add_users::committed=1*return")`.
    pub async fn start(&mut self, variables: &[(&str, &str)]) -> Result<()> {
        self.process = None;
        let mut command = Command::new(usher_program());
        command
            .args(["serve", self.service, "--config"])
            .arg(&self.config)
            .envs(variables.iter().copied());
        let mut process = Process::start(self.service, &mut command, &self.config.with_extension("log"))?;
        let ready = poll(START_LIMIT, async || {
            if process.is_running() {
                serving(self.probe).await.map(Ok)
            } else {
                Ok(Err(anyhow!("it ended: {}", process.output())))
            }
        });
        let ready = ready.await.flatten();
        ready.with_context(|| format!("{} did not start", self.service))?;
        self.process = Some(process);
        Ok(())
    }

    /// The id of its process, if it has been started.
    pub(super) fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// The running process.
    ///
    /// # Panics
    /// When it has not been started.
    pub fn process(&mut self) -> &mut Process {
        let service = self.service;
        self.process
            .as_mut()
            .unwrap_or_else(|| panic!("{service} is not running"))
    }
}

async fn serving(address: SocketAddr) -> Result<()> {
    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
    let mut client = HealthClient::new(channel);
    let answer = client.check(HealthCheckRequest::default()).await?.into_inner();
    ensure!(
        answer.status() == ServingStatus::Serving,
        "health says {:?}",
        answer.status()
    );
    Ok(())
}
