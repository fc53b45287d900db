//! A gateway, as anybody can call it who knows its address.

use std::time::Duration;

use anyhow::{Context, bail};
use chassis::{Channel, ClientConfig, Peer};
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::{LogInRequest, LogOutRequest, RefreshSessionRequest};
use tonic::Request;

use super::tokens::Tokens;
use crate::complaint::Problem;

/// How long a call may take: a request with a thousand people takes its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// One gateway; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    address: String,
    channel: Channel,
}

impl Gateway {
    pub(crate) fn new(gateway: Peer, config: &ClientConfig) -> anyhow::Result<Self> {
        let channel = gateway.channel("gateway", config)?;
        let Peer::Tcp(url) = gateway else {
            bail!("the gateway has no address");
        };
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self { address, channel })
    }

    /// The gateway at an address that somebody typed: `host:port`, with or without `http://`.
    pub(crate) fn at(address: &str) -> anyhow::Result<Self> {
        let url = match address.strip_prefix("http://") {
            Some(_) => address.to_owned(),
            None => format!("http://{address}"),
        };
        let config = ClientConfig {
            connections: 1,
            request_timeout: PATIENCE,
            ..ClientConfig::default()
        };
        Self::new(Peer::Tcp(url), &config).map_err(|error| Problem::BadInput(format!("{error:#}")).into())
    }

    /// Where it listens, as `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_is_understood_with_and_without_its_scheme() {
        for address in ["127.0.0.1:50051", "http://127.0.0.1:50051", "http://127.0.0.1:50051/"] {
            assert_eq!(Gateway::at(address).unwrap().address(), "127.0.0.1:50051");
        }
        for address in ["", "here", "127.0.0.1", "https://127.0.0.1:1", "10.0.0.1:1"] {
            let error = Gateway::at(address).unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))), "{address}");
        }
    }
}
