//! The configurations of the five services when they share a process.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context;
use chassis::{CallerConfig, Memory, MemoryPeer, Secret, ServerConfig, SharedConfig, TelemetryConfig};

use notification::MailConfig;

use super::folder::Folder;
use super::keys::Keys;
use super::settings::Settings;
use crate::commands::migrate::migrate;

/// What links in e-mails begin with. No page is there (RFC 2606): the token in the link is for `AcceptInvitation`,
/// `CompleteSignUp` or `ResetPassword`.
const LINK_BASE: &str = "https://usher.example";
const MAIL_FROM: &str = "usher@example.com";

/// The ways to the services that have no socket.
#[derive(Clone, Debug)]
pub(super) struct Peers {
    pub(super) identity: MemoryPeer,
    pub(super) licensing: MemoryPeer,
    pub(super) billing: MemoryPeer,
    pub(super) notification: MemoryPeer,
}

/// One configuration a service. They differ from those of separate processes in three places: the database's URL, the
/// shared store, and the way to a peer.
pub(super) struct Configs {
    pub(super) identity: identity::Config,
    pub(super) licensing: licensing::Config,
    pub(super) billing: billing::Config,
    pub(super) notification: notification::Config,
    pub(super) gateway: gateway::Config,
}

/// What the configurations are made of.
pub(super) struct Parts<'a> {
    pub(super) folder: &'a Folder,
    pub(super) keys: &'a Keys,
    pub(super) callers: &'a BTreeMap<String, CallerConfig>,
    pub(super) peers: &'a Peers,
    /// Where the gateway listens; the others have no address, and nobody reads this one.
    pub(super) listen: SocketAddr,
}

impl Configs {
    pub(super) fn new(parts: &Parts<'_>) -> anyhow::Result<Self> {
        let shared = SharedConfig::memory(Memory::default());
        Ok(Self {
            identity: parts.identity(shared.clone())?,
            licensing: parts.licensing()?,
            billing: parts.billing()?,
            notification: parts.notification(shared.clone())?,
            gateway: parts.gateway(shared)?,
        })
    }

    /// Brings the four databases up to date.
    pub(super) async fn migrate(&self) -> anyhow::Result<()> {
        migrate::<identity::Migrator>("identity", &self.identity.database).await?;
        migrate::<licensing::Migrator>("licensing", &self.licensing.database).await?;
        migrate::<billing::Migrator>("billing", &self.billing.database).await?;
        migrate::<notification::Migrator>("notification", &self.notification.database).await
    }
}

impl Parts<'_> {
    fn identity(&self, shared: SharedConfig) -> anyhow::Result<identity::Config> {
        let mut settings = Settings::load("identity")?;
        let links = [("base", LINK_BASE), ("key", &self.keys.link_key)];
        let config = identity::Config {
            listen: self.listen,
            telemetry: TelemetryConfig::default(),
            server: settings.block("server", &[])?,
            database: self.folder.database("identity")?,
            callers: self.callers("identity")?,
            shared,
            clients: settings.block("clients", &[])?,
            licensing: self.peers.licensing.clone().into(),
            billing: self.peers.billing.clone().into(),
            notification: self.peers.notification.clone().into(),
            relay: settings.block("relay", &[])?,
            sessions: settings.block("sessions", &[("access_key", &self.keys.access_key)])?,
            links: settings.block("links", &links)?,
            invitations: settings.block("invitations", &[])?,
            sign_ups: settings.block("sign_ups", &[])?,
            password_resets: settings.block("password_resets", &[])?,
            open_mails: settings.block("open_mails", &[])?,
            admission: settings.block("admission", &[("grant_key", &self.keys.grant_key)])?,
            passwords: settings.block("passwords", &[])?,
            users: settings.block("users", &[])?,
            billing_contacts: settings.block("billing_contacts", &[])?,
            watches: settings.block("watches", &[])?,
            imports: settings.block("imports", &[])?,
        };
        settings.finish()?;
        Ok(config)
    }

    fn licensing(&self) -> anyhow::Result<licensing::Config> {
        let mut settings = Settings::load("licensing")?;
        let config = licensing::Config {
            listen: self.listen,
            telemetry: TelemetryConfig::default(),
            server: settings.block("server", &[])?,
            database: self.folder.database("licensing")?,
            callers: self.callers("licensing")?,
            clients: settings.block("clients", &[])?,
            identity: self.peers.identity.clone().into(),
            grant_key: Secret::new(&self.keys.grant_key)?,
            reservations: settings.block("reservations", &[])?,
            relay: settings.block("relay", &[])?,
            sweep: settings.block("sweep", &[])?,
            retention: settings.block("retention", &[])?,
            watches: settings.block("watches", &[])?,
            catalogue: settings.key("catalogue")?,
        };
        settings.finish()?;
        Ok(config)
    }

    fn billing(&self) -> anyhow::Result<billing::Config> {
        let mut settings = Settings::load("billing")?;
        let payments = [("provider", "simulator"), ("event_key", &self.keys.event_key)];
        let cycle = billing::CycleConfig {
            sandbox: true,
            ..settings.block("cycle", &[])?
        };
        let config = billing::Config {
            listen: self.listen,
            telemetry: TelemetryConfig::default(),
            server: settings.block("server", &[])?,
            database: self.folder.database("billing")?,
            callers: self.callers("billing")?,
            clients: settings.block("clients", &[])?,
            licensing: self.peers.licensing.clone().into(),
            identity: self.peers.identity.clone().into(),
            catalogue: settings.key("catalogue")?,
            relay: settings.block("relay", &[])?,
            changes: settings.block("changes", &[("preview_key", &self.keys.preview_key)])?,
            cycle,
            payments: settings.block("payments", &payments)?,
        };
        settings.finish()?;
        Ok(config)
    }

    fn notification(&self, shared: SharedConfig) -> anyhow::Result<notification::Config> {
        let mut settings = Settings::load("notification")?;
        let folder = self.folder.mail();
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let url = format!("folder:{}", folder.display());
        let config = notification::Config {
            listen: self.listen,
            telemetry: TelemetryConfig::default(),
            server: settings.block("server", &[])?,
            database: self.folder.database("notification")?,
            callers: self.callers("notification")?,
            clients: settings.block("clients", &[])?,
            shared,
            identity: self.peers.identity.clone().into(),
            relay: settings.block("relay", &[])?,
            mail: MailConfig {
                sandbox: true,
                ..settings.block("mail", &[("url", &url), ("from_address", MAIL_FROM)])?
            },
            watches: settings.block("watches", &[])?,
            retention: settings.block("retention", &[])?,
        };
        settings.finish()?;
        Ok(config)
    }

    fn gateway(&self, shared: SharedConfig) -> anyhow::Result<gateway::Config> {
        let mut settings = Settings::load("gateway")?;
        let server = ServerConfig {
            reflection: true,
            ..settings.block("server", &[])?
        };
        let config = gateway::Config {
            listen: self.listen,
            telemetry: TelemetryConfig::default(),
            server,
            callers: self.callers("gateway")?,
            shared,
            clients: settings.block("clients", &[])?,
            identity: self.peers.identity.clone().into(),
            licensing: self.peers.licensing.clone().into(),
            billing: self.peers.billing.clone().into(),
            notification: self.peers.notification.clone().into(),
            access: settings.block("access", &[("public_key", &self.keys.access_public_key()?)])?,
            denials: settings.block("denials", &[])?,
            reports: settings.block("reports", &[])?,
        };
        settings.finish()?;
        Ok(config)
    }

    fn callers(&self, name: &str) -> anyhow::Result<CallerConfig> {
        let config = self.callers.get(name).cloned();
        config.with_context(|| format!("{name} has no key"))
    }
}
