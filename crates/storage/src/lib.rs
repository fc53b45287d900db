//! What the services share about databases: connections, guarded transactions, named constraints, batches, outbox and pages.

mod batcher;
mod claim;
mod clock;
mod config;
mod connect;
mod counter;
mod database;
mod error;
mod guard;
mod meters;
pub mod migration;
pub mod outbox;
pub mod page;
mod relay;
mod schema;
mod sql;
mod trace;

pub use batcher::Batcher;
pub use clock::now;
pub use config::DatabaseConfig;
pub use counter::Counter;
pub use database::Database;
pub use error::StorageError;
pub use futures::future::BoxFuture;
pub use outbox::Message;
pub use page::InvalidPageToken;
pub use relay::{Deliver, Delivery, Handover, Relay, RelayConfig, RelayWaker};
pub use schema::SchemaMismatch;
pub use sql::{Sql, json, one_of};
pub use trace::TraceParent;
