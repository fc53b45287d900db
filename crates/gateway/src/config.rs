//! What the gateway must be told before it starts.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::config::period;
use chassis::{CallerConfig, ClientConfig, Peer, ServerConfig, SharedConfig, TelemetryConfig};
use serde::Deserialize;

/// The gateway's configuration.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// Limits of the server.
    #[serde(default)]
    pub server: ServerConfig,
    /// The key it vouches for callers with.
    pub callers: CallerConfig,
    /// Where ended sessions are told.
    pub shared: SharedConfig,
    /// How it calls its peers.
    #[serde(default)]
    pub clients: ClientConfig,
    /// Where identity is.
    pub identity: Peer,
    /// Where licensing is.
    pub licensing: Peer,
    /// Where billing is.
    pub billing: Peer,
    /// Where notification is.
    pub notification: Peer,
    /// Who is let in.
    pub access: AccessConfig,
    /// What the audit log is told of those who are refused.
    #[serde(default)]
    pub denials: DenialConfig,
    /// How many reports are read at once.
    #[serde(default)]
    pub reports: ReportConfig,
}

/// Refusals for the audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DenialConfig {
    /// How many refusals of one person are told within a window; of the rest only how many they were.
    pub limit: u32,
    /// How long such a window is.
    #[serde(deserialize_with = "period")]
    pub window: Duration,
    /// How long refusals wait to be told together.
    #[serde(deserialize_with = "period")]
    pub delay: Duration,
}

impl Default for DenialConfig {
    fn default() -> Self {
        Self {
            limit: 30,
            window: Duration::from_secs(60),
            delay: Duration::from_millis(250),
        }
    }
}

/// Reports: each that is being read keeps a chunk, 4 MiB at most, in memory.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportConfig {
    /// How many are read at once by all; more are refused with `RESOURCE_EXHAUSTED`, reason `REPORTS_IN_PROGRESS`.
    pub streams: usize,
    /// How many of them by the admins of one account.
    pub streams_per_account: usize,
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self {
            streams: 128,
            streams_per_account: 16,
        }
    }
}

/// Access tokens.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessConfig {
    /// The Ed25519 public key that belongs to identity's access key: 32 octets in base64.
    pub public_key: String,
    /// How long a caller's role and account are believed before identity is asked again; at most 5 s.
    #[serde(default = "two_seconds", deserialize_with = "period")]
    pub max_age: Duration,
}

const fn two_seconds() -> Duration {
    Duration::from_secs(2)
}
