//! Calls that the operator of an installation makes.

use std::path::{Path, PathBuf};

use chassis::{Actor, CallerConfig, Channel, ClientConfig, Peer, Signer, config};
use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};
use serde::Deserialize;
use types::Clock;

/// The name that identity has to trust the operator's key under.
pub(crate) const NAME: &str = "operator";

/// The operator's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The operator's key; identity trusts it under the name `operator`.
    pub(crate) callers: CallerConfig,
    /// Where identity is.
    pub(crate) identity: Peer,
    /// Where clients connect; `usher demo` needs it.
    pub(crate) gateway: Option<Peer>,
    /// The folder that notification's e-mails go to; `usher demo` tells of it.
    pub(crate) mail_dir: Option<PathBuf>,
    /// How they are called.
    #[serde(default)]
    pub(crate) clients: ClientConfig,
}

impl Config {
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        Ok(config::load(NAME, file)?)
    }
}

/// The operator at work.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    accounts: AccountServiceClient<Channel>,
    signer: Signer,
}

impl Operator {
    pub(crate) fn new(callers: &CallerConfig, identity: &Peer, clients: &ClientConfig) -> anyhow::Result<Self> {
        Ok(Self {
            accounts: AccountServiceClient::new(identity.channel("identity", clients)?),
            signer: Signer::new(NAME, callers, Clock::system())?,
        })
    }

    /// Makes an account with its first user.
    pub(crate) async fn create_account(&self, message: CreateAccountRequest) -> anyhow::Result<CreateAccountResponse> {
        let request = self.signer.request(message, &Actor::Service, "identity")?;
        let answer = self.accounts.clone().create_account(request).await?;
        Ok(answer.into_inner())
    }
}
