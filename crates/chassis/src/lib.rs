//! What every process needs and no product knows: configuration, telemetry, serving, calling, and who is calling.

pub mod config;
pub mod shutdown;
pub mod telemetry;

mod answer;
mod audit;
mod caller;
mod channel;
mod connections;
mod deadline;
mod descriptors;
mod guard;
mod infrastructure;
mod keys;
mod lent;
mod listener;
mod peer;
mod pipeline;
mod refusal;
mod secret;
mod server;
mod shared;
mod signer;
mod timestamp;
mod trace;
mod verifier;
mod watch;

pub use audit::{AuditLog, AuditRecord, MAX_AUDIT_RECORDS, Told};
pub use caller::{Actor, CALLER_KEY, Caller, Person, SOURCE_KEY, caller, set_source};
pub use channel::Channel;
pub use config::ConfigError;
pub use descriptors::InvalidDescriptors;
pub use guard::{Guard, enforce};
pub use keys::{CallerConfig, KeyError};
pub use listener::{Listener, MemoryListener, MemoryPeer, memory};
pub use peer::{ClientConfig, Peer, PeerError};
pub use refusal::{DOMAIN, Refusal, internal, reason};
pub use secret::{EmptySecret, Secret};
pub use server::{ServeError, ServerConfig, Service, serve};
pub use shared::{Event, Hit, Memory, Shared, SharedConfig, SharedError, Subscription};
pub use shutdown::{Shutdown, pause};
pub use signer::Signer;
pub use telemetry::TelemetryConfig;
pub use timestamp::{read_timestamp, timestamp};
pub use trace::inject;
pub use verifier::{InvalidToken, Verifier};
