//! What Usher is held against: the least that the same work costs without it.

mod bytes;
pub mod copy;
pub mod mail_sink;
pub mod pgbench;
pub mod server;
pub mod statements;
pub mod tables;
