//! What is true of accounts, users and invitations, without any I/O.

pub mod account;
pub mod admission;
pub mod audit;
pub mod audit_log;
pub mod catalogue;
pub mod decision;
pub mod error;
pub mod fault;
pub mod invitation;
pub mod message;
pub mod new_user;
pub mod password;
mod protection;
pub mod session;
pub mod token;
pub mod user;
