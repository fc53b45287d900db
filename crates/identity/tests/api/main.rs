//! Identity through its own API: the real service on a free port, on both databases, with fake peers on the wire.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod assign_roles;
mod audit;
mod billing_contact;
mod check_access;
mod commit_add_users;
mod create_account;
mod end_invitations;
mod expire_invitations;
mod group_commit;
mod groups;
mod invitations;
mod list_invitations;
mod migrations;
mod peers;
mod prepare_add_users;
mod relay;
mod roles;
mod sessions;
mod stack;
mod tombstones;
mod user_life;
mod users;
mod words;
