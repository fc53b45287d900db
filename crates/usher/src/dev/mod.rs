//! `usher dev`: the whole of Usher in one process, with a demo account, SQLite files and nothing to install.

mod client;
mod configs;
mod demo;
mod dev_file;
mod folder;
mod keys;
mod renewal;
mod services;
mod settings;
mod welcome;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use chassis::{CallerConfig, ClientConfig, Listener, Peer, Shutdown};
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};
use tokio::task::JoinHandle;
use types::{Clock, RequestId};

use self::client::Client;
use self::configs::{Configs, Parts};
use self::demo::Demo;
use self::folder::Folder;
use self::keys::Keys;
use self::renewal::Renewal;
use self::services::Services;
use crate::operator::{self, Operator};

pub use self::dev_file::DevFile;

/// Every process that signs calls, though here they are one.
const NAMES: [&str; 6] = [
    "identity",
    "licensing",
    "billing",
    "notification",
    "gateway",
    operator::NAME,
];
/// How long anything may take to come about at the start: after a crash, what was under way waits for a lease to run out.
const PATIENCE: Duration = Duration::from_secs(75);
/// After how long the person at the terminal wants to know why nothing happens.
const SILENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

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
    file: DevFile,
    folder: Folder,
    operator: Operator,
    services: Services,
    renewing: Shutdown,
    renewal: JoinHandle<()>,
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
        remove(&folder)?;
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
        let client = Client::new(address)?;
        let mut services = Services::start(configs, listeners, listener);
        let prepare = async {
            services::ready(&peers, &client.peer).await?;
            demo::prepare(&operator, &client, &keys).await
        };
        let demo = tokio::select! {
            demo = prepare => demo?,
            error = services.first_end() => return Err(error),
        };
        Self::started(folder, operator, services, client, keys, address, demo)
    }

    fn started(
        folder: Folder,
        operator: Operator,
        services: Services,
        client: Client,
        keys: Keys,
        address: SocketAddr,
        demo: Demo,
    ) -> anyhow::Result<Self> {
        let file = DevFile {
            address: address.to_string(),
            access_token: demo.owner.access_token,
            refresh_token: demo.owner.refresh_token,
            account_id: demo.account_id,
            owner_email: demo::OWNER_EMAIL.to_owned(),
            owner_password: keys.owner_password.clone(),
            mail_dir: folder.mail(),
        };
        file.write(&folder.dev_file())?;
        let renewal = Renewal {
            client,
            keys,
            file: file.clone(),
            path: folder.dev_file(),
            clock: Clock::system(),
            expire_time: demo.owner.expire_time,
        };
        let renewing = Shutdown::new();
        let renewal = tokio::spawn(renewal.run(renewing.clone()));
        Ok(Self {
            file,
            folder,
            operator,
            services,
            renewing,
            renewal,
        })
    }

    /// What `dev.json` said at the start.
    #[must_use]
    pub const fn file(&self) -> &DevFile {
        &self.file
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
        welcome::text(&self.file, &self.folder.dev_file(), RequestId::new())
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
        self.renewing.cancel();
        if let Err(error) = self.renewal.await {
            tracing::warn!(%error, "renewing tokens ended badly");
        }
        if let Err(error) = remove(&self.folder) {
            tracing::warn!(error = format!("{error:#}"), "a file stays behind");
        }
        self.services.stop().await;
    }
}

fn remove(folder: &Folder) -> anyhow::Result<()> {
    let path = folder.dev_file();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Waits for something that comes about by itself, and soon.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let wait = async {
        while !is_so().await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    };
    let mut wait = pin!(wait);
    if let Ok(done) = tokio::time::timeout(SILENCE, &mut wait).await {
        return done;
    }
    tracing::warn!("waiting for {what}");
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => bail!("waited in vain for {what}"),
    }
}
