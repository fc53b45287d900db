//! Where mail goes: the next mail server, or a folder.

mod dkim;
mod folder;
mod message;
mod smtp;
mod transport;

pub use transport::InvalidMailConfig;
pub(crate) use transport::Transport;
pub(crate) use transport::message_id_domain;
