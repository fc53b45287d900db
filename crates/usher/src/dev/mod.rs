//! `usher dev`: the whole of Usher in one process, with a demo account, SQLite files and nothing to install.

mod configs;
mod folder;
mod keys;
mod services;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use chassis::{CallerConfig, ClientConfig, Listener, Peer, Shutdown};
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};

use self::configs::{Configs, Parts};
use self::folder::Folder;
use self::keys::Keys;
use self::services::Services;
use crate::client::Gateway;
use crate::demo::{self, DevFile, Showcase};
use crate::operator::{self, Operator};

/// Every process that signs calls, though here they are one.
const NAMES: [&str; 6] = [
    "identity",
    "licensing",
    "billing",
    "notification",
    "gateway",
    operator::NAME,
];

/// How to run.
#[derive(Clone, Debug)]
pub struct DevOptions {
    /// Where the gateway listens; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The folder for everything that is kept.
    pub data_dir: PathBuf,
}

/// All of Usher, running and ready; [`Dev::stop`] ends it in good order, dropping it at once.
pub struct Dev {
    showcase: Showcase,
    operator: Operator,
    services: Services,
    /// Nobody else has it as long as this is here.
    _folder: Folder,
}

impl Dev {
    /// Starts everything and makes the demo account. Answers when all of it is ready and `dev.json` is written.
    ///
    /// # Errors
    /// When the folder or the address is taken or cannot be used, or a service cannot serve.
    pub async fn start(options: &DevOptions) -> anyhow::Result<Self> {
        let listen = options.listen;
        ensure!(
            listen.ip().is_loopback(),
            "`usher dev` listens on the loopback only: passwords would reach {listen} in the clear"
        );
        let folder = Folder::open(&options.data_dir)?;
        // One of an earlier run that was killed would send scripts to nobody.
        demo::remove(&folder.dev_file())?;
        let listener = Listener::bind(listen).await;
        let listener =
            listener.with_context(|| format!("cannot listen on {listen} (--listen names another address)"))?;
        let address = listener.local_addr().unwrap_or(listen);
        let keys = Keys::open(&folder.keys())?;
        let callers = CallerConfig::circle(NAMES);
        let (peers, listeners) = services::channels();
        let configs = Configs::new(&Parts {
            folder: &folder,
            keys: &keys,
            callers: &callers,
            peers: &peers,
            listen: address,
        })?;
        configs.migrate().await?;

        let own = callers.get(operator::NAME).context("the operator has no key")?;
        let identity = Peer::Memory(peers.identity.clone());
        let operator = Operator::new(own, &identity, &ClientConfig::default())?;
        let edge = Peer::Tcp(format!("http://{address}"));
        let gateway = Gateway::new(edge.clone(), &ClientConfig::default())?;
        let secrets = keys.demo();
        let mut services = Services::start(configs, listeners, listener);
        let prepare = async {
            services::ready(&peers, &edge).await?;
            demo::prepare(&operator, &gateway, &secrets).await
        };
        let demo = tokio::select! {
            demo = prepare => demo?,
            error = services.first_end() => return Err(error),
        };
        let showcase = Showcase::open(demo, gateway, secrets, folder.mail(), folder.dev_file())?;
        Ok(Self {
            showcase,
            operator,
            services,
            _folder: folder,
        })
    }

    /// What `dev.json` said at the start.
    #[must_use]
    pub const fn file(&self) -> &DevFile {
        self.showcase.file()
    }

    /// Makes another account, as the operator.
    ///
    /// # Errors
    /// When identity refuses.
    pub async fn create_account(&self, message: CreateAccountRequest) -> anyhow::Result<CreateAccountResponse> {
        self.operator.create_account(message).await
    }

    /// The text for the terminal: where everything is, and commands to paste.
    #[must_use]
    pub fn welcome(&self) -> String {
        self.showcase.welcome()
    }

    /// Runs until `shutdown`, then stops in good order.
    ///
    /// # Errors
    /// When a service ends by itself.
    pub async fn run(mut self, shutdown: Shutdown) -> anyhow::Result<()> {
        let failure = tokio::select! {
            () = shutdown.cancelled() => None,
            error = self.services.first_end() => Some(error),
        };
        self.stop().await;
        failure.map_or(Ok(()), Err)
    }

    /// Lets calls in progress finish and ends everything; `dev.json` goes with it.
    pub async fn stop(self) {
        self.showcase.stop().await;
        self.services.stop().await;
    }
}
