//! Licensing's configuration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chassis::config::period;
use chassis::{CallerConfig, ClientConfig, Peer, Secret, ServerConfig, TelemetryConfig, WatchConfig};
use serde::Deserialize;
use storage::{DatabaseConfig, RelayConfig};

use crate::domain::product::Catalogue;
use crate::error::CatalogueError;

/// Everything licensing can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the process listens.
    pub listen: SocketAddr,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The limits of the server.
    #[serde(default)]
    pub server: ServerConfig,
    /// Where the ledger is.
    pub database: DatabaseConfig,
    /// The key to sign calls with, and whose calls are believed.
    pub callers: CallerConfig,
    /// Identity, which resolves reservations and keeps the audit logs.
    pub identity: Peer,
    /// How peers are called.
    #[serde(default)]
    pub clients: ClientConfig,
    /// The key that licensing and identity share: the text's own octets are the key of the HMAC.
    pub grant_key: Secret,
    /// How seats are held.
    #[serde(default)]
    pub reservations: ReservationConfig,
    /// How the outbox is delivered.
    #[serde(default)]
    pub relay: RelayConfig,
    /// How reservations past their deadline are settled.
    #[serde(default)]
    pub sweep: SweepConfig,
    /// How long what is settled is kept.
    #[serde(default)]
    pub retention: RetentionConfig,
    /// Those who watch how pools stand.
    #[serde(default)]
    pub watches: WatchConfig,
    /// The file of the products there are, in the form of the `catalogue.toml` that Usher comes with, which is read when this
    /// is not set.
    #[serde(default)]
    pub catalogue: Option<PathBuf>,
}

impl Config {
    /// The products there are.
    pub(crate) fn products(&self) -> Result<Catalogue, CatalogueError> {
        let Some(path) = &self.catalogue else {
            return Ok(Catalogue::built_in()?);
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            let path = path.clone();
            CatalogueError::Unreadable { path, error }
        })?;
        Catalogue::parse(&text).map_err(|error| {
            let path = path.clone();
            CatalogueError::Invalid { path, error }
        })
    }
}

/// How seats are held.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReservationConfig {
    /// For how long; then identity is asked.
    #[serde(deserialize_with = "period")]
    pub ttl: Duration,
    /// How many requests are decided in one transaction at most.
    pub max_batch: usize,
    /// How many requests may wait to be decided; more wait to be queued.
    pub queue: usize,
}

impl Default for ReservationConfig {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(60),
            max_batch: 256,
            queue: 1_024,
        }
    }
}

/// How reservations past their deadline are settled.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SweepConfig {
    /// How often they are looked for.
    #[serde(deserialize_with = "period")]
    pub interval: Duration,
    /// How long one that a process has claimed is left to it; longer than a call to identity may take.
    #[serde(deserialize_with = "period")]
    pub lease: Duration,
    /// How many are claimed at once; identity takes 1,000.
    pub batch: u32,
    /// The back-off after the first failure; it doubles with each further one.
    #[serde(deserialize_with = "period")]
    pub backoff_min: Duration,
    /// The longest back-off.
    #[serde(deserialize_with = "period")]
    pub backoff_max: Duration,
}

impl Default for SweepConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
            lease: Duration::from_secs(12),
            batch: 500,
            backoff_min: Duration::from_millis(500),
            backoff_max: Duration::from_secs(10),
        }
    }
}

/// How long what is settled is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Settled reservations and tombstones are kept this long: longer than requests are remembered (7 days) and far longer
    /// than any message may be under way, because a late one could otherwise begin anew.
    #[serde(deserialize_with = "period")]
    pub keep: Duration,
    /// How often there is a purge.
    #[serde(deserialize_with = "period")]
    pub interval: Duration,
    /// How many rows one statement deletes.
    pub batch: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(8 * 24 * 60 * 60),
            interval: Duration::from_secs(10 * 60),
            batch: 1_000,
        }
    }
}
