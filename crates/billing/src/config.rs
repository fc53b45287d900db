//! What billing is told when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chassis::config::period;
use chassis::{CallerConfig, ClientConfig, Peer, Secret, ServerConfig, TelemetryConfig};
use serde::{Deserialize, Deserializer};
use storage::{DatabaseConfig, RelayConfig};

/// The configuration of the billing service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen; read by the program that runs the service.
    pub listen: SocketAddr,
    /// Logs and traces; read by the program that runs the service.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The limits of the server.
    #[serde(default)]
    pub server: ServerConfig,
    /// Billing's own database.
    pub database: DatabaseConfig,
    /// How this process vouches for its calls, and whom it believes.
    pub callers: CallerConfig,
    /// How calls to the other services behave.
    #[serde(default)]
    pub clients: ClientConfig,
    /// Where licensing is.
    pub licensing: Peer,
    /// Where identity is, which keeps the audit logs.
    pub identity: Peer,
    /// The file with the price list; none for the one that the program is built with.
    #[serde(default)]
    pub catalogue: Option<PathBuf>,
    /// How the outbox is delivered.
    #[serde(default)]
    pub relay: RelayConfig,
    /// How subscriptions are changed.
    pub changes: ChangeConfig,
    /// What time does to subscriptions and invoices.
    #[serde(default)]
    pub cycle: CycleConfig,
    /// Who collects the money.
    #[serde(default)]
    pub payments: PaymentConfig,
}

/// Who collects the money.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentConfig {
    /// Which provider.
    pub provider: ProviderConfig,
    /// What the provider signs its events with; without it no event is believed.
    pub event_key: Option<Secret>,
}

/// A payment provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderConfig {
    /// People pay by transfer, and a person marks invoices as paid.
    #[default]
    Manual,
    /// Moves no money, and answers as the payment method says; for sandboxes.
    Simulator,
}

/// How subscriptions are changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeConfig {
    /// Seals previews; the same in every process of the service. The text's own octets are the key of the HMAC.
    pub preview_key: Secret,
    /// How long a preview can be agreed to.
    #[serde(default = "preview_ttl", deserialize_with = "period")]
    pub preview_ttl: Duration,
    /// How long a change is left to the process that makes it; longer than a call to licensing may take.
    #[serde(default = "patience", deserialize_with = "period")]
    pub patience: Duration,
    /// How often changes are looked for that a process has left half made.
    #[serde(default = "settle_interval", deserialize_with = "period")]
    pub interval: Duration,
}

impl ChangeConfig {
    /// The defaults with this key.
    #[must_use]
    pub const fn new(preview_key: Secret) -> Self {
        Self {
            preview_key,
            preview_ttl: preview_ttl(),
            patience: patience(),
            interval: settle_interval(),
        }
    }
}

const fn preview_ttl() -> Duration {
    Duration::from_secs(15 * 60)
}

const fn patience() -> Duration {
    Duration::from_secs(15)
}

const fn settle_interval() -> Duration {
    Duration::from_secs(5)
}

/// What time does to subscriptions and invoices.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CycleConfig {
    /// How often it is looked whether anything is due.
    #[serde(deserialize_with = "period")]
    pub interval: Duration,
    /// How long what is held stays after a cancelled period, or after payment was asked for in vain.
    #[serde(deserialize_with = "period")]
    pub grace: Duration,
    /// How long an invoice waits for its payment after it was asked for once, twice, …; then it was asked for in vain.
    #[serde(deserialize_with = "periods")]
    pub waits: Vec<Duration>,
    /// Whether accounts may have a clock of their own; never where real money is paid.
    pub sandbox: bool,
}

impl Default for CycleConfig {
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self {
            interval: Duration::from_secs(60),
            grace: days(14),
            waits: vec![days(14), days(3), days(5), days(7)],
            sandbox: false,
        }
    }
}

fn periods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    #[derive(Deserialize)]
    struct Period(#[serde(deserialize_with = "period")] Duration);
    let periods = Vec::<Period>::deserialize(deserializer)?;
    Ok(periods.into_iter().map(|Period(duration)| duration).collect())
}
