//! What is true of accounts, users and invitations, without any I/O.

pub mod access;
pub mod account;
pub mod admission;
pub mod assignment;
pub mod audit;
pub mod audit_log;
pub mod catalogue;
pub mod creation;
pub mod decision;
pub mod description;
pub mod error;
pub mod etag;
pub mod fault;
pub mod group;
pub mod invitation;
pub mod invitation_filter;
pub mod life;
pub mod message;
pub mod name_key;
pub mod new_user;
pub mod password;
mod protection;
pub mod reference;
pub mod role;
pub mod session;
pub mod token;
pub mod user;
