//! What tests need around them: throw-away servers, the built program, real clients and a faulty network.

mod audit_sink;
mod cluster;
mod environment;
mod eventually;
mod grpcurl;
mod hosts;
mod mail_server;
mod metrics;
mod notice_sink;
mod otlp_receiver;
mod port;
mod postgres;
mod process;
mod program;
mod proxy;
mod redis;

pub use audit_sink::AuditSink;
pub use cluster::{Cluster, Handover, Member};
pub use environment::{POSTGRES_URL, REDIS_URL, number};
pub use eventually::{eventually, poll};
pub use grpcurl::{Grpcurl, grpcurl};
pub use hosts::Hosts;
pub use mail_server::MailServer;
pub use metrics::Metrics;
pub use notice_sink::NoticeSink;
pub use otlp_receiver::{OtlpReceiver, ReceivedSpan};
pub use port::free_port;
pub use postgres::{Durability, Postgres};
pub use process::Process;
pub use program::{postgres_program, usher_program};
pub use proto::chain::{BrokenChain, Chain};
pub use proxy::{Network, Proxy};
pub use redis::Redis;
