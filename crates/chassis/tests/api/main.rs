//! The chassis as a process uses it: real servers, real clients, a real Redis.

#![expect(clippy::unwrap_used, reason = "what is not as a test expects ends the test")]

mod authority;
mod balancing;
mod callers;
mod drain;
mod frames;
mod goodbyes;
mod infrastructure;
mod limits;
mod names;
mod replica;
mod shared;
mod support;
mod telemetry;
mod tls;
mod visitor;
