//! The crate's promises, kept on SQLite files and on a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails where its ground gives way")]

mod batching;
mod cancellation;
mod constraints;
mod handing_over;
mod migrating;
mod outbox;
mod pages;
mod relaying;
mod statements;
mod support;
mod traces;
mod transactions;
