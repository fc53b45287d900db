//! What billing is told when it starts.

use std::net::SocketAddr;

use chassis::{CallerConfig, ClientConfig, Peer, ServerConfig, TelemetryConfig};
use serde::Deserialize;
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
    /// How the outbox is delivered.
    #[serde(default)]
    pub relay: RelayConfig,
}
