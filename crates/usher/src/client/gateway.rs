//! A gateway, as anybody can call it who knows its address.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use chassis::{Channel, ClientConfig, Peer};
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::{LogInRequest, LogOutRequest, RefreshSessionRequest};
use tonic::Request;

use super::destination::Destination;
use super::tokens::Tokens;
use crate::complaint::Problem;

/// How long a call may take: a request with a thousand people takes its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// One gateway; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    address: String,
    /// The file of the authority that a process believes it by.
    authority: Option<PathBuf>,
    channel: Channel,
}

impl Gateway {
    pub(crate) fn new(gateway: Peer, config: &ClientConfig) -> anyhow::Result<Self> {
        let channel = gateway.channel("gateway", config)?;
        let Peer::Tcp(url) = gateway else {
            bail!("the gateway has no address");
        };
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let authority = config.tls.as_ref().and_then(|tls| tls.ca.clone());
        Ok(Self {
            authority: authority.filter(|_| address.starts_with("https://")),
            address,
            channel,
        })
    }

    /// The gateway at a place that somebody named.
    pub(crate) fn at(destination: &Destination) -> anyhow::Result<Self> {
        let config = ClientConfig {
            connections: 1,
            request_timeout: PATIENCE,
            ..destination.clients()?
        };
        Self::new(destination.peer(), &config).map_err(|error| Problem::BadInput(format!("{error:#}")).into())
    }

    /// Where it listens: `host:port`, or `https://host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The file of the authority that it is believed by, where this is a process with a certificate of its own.
    pub(crate) fn authority(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    /// The way to it.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> anyhow::Result<Tokens> {
        let message = LogInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let answer = self.sessions().log_in(message).await?;
        Tokens::read(answer.into_inner().tokens).context("the gateway answered without tokens")
    }

    /// Trades tokens for the next ones; the old ones are used up.
    pub(super) async fn refresh(&self, tokens: &Tokens) -> anyhow::Result<Tokens> {
        let message = RefreshSessionRequest {
            refresh_token: tokens.refresh_token.clone(),
        };
        let answer = self.sessions().refresh_session(message).await?;
        Tokens::read(answer.into_inner().tokens).context("the gateway answered without tokens")
    }

    pub(super) async fn log_out(&self, request: Request<LogOutRequest>) -> anyhow::Result<()> {
        self.sessions().log_out(request).await?;
        Ok(())
    }

    fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel())
    }
}
