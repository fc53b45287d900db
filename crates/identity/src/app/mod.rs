//! What identity can do, one use case a file; nothing is decided elsewhere.

mod accept_billing_contact;
mod accept_invitation;
mod assign_roles;
mod bring_back_user;
mod check_access;
mod commit_add_users;
mod create_account;
mod create_group;
mod create_role;
mod decline_invitation;
mod delete_group;
mod delete_role;
mod end_invitation;
mod end_user;
mod end_users;
mod expire_invitations;
mod forget_requests;
mod get_billing_contact;
mod get_caller;
mod get_group;
mod get_invitation;
mod get_user;
mod inspect_invitation;
mod links;
mod list_audit_events;
mod list_groups;
mod list_invitations;
mod list_roles;
mod list_users;
mod lock_user;
mod log_in;
mod log_out;
mod message;
mod notices;
mod offer_billing_contact;
mod origin;
mod passwords;
mod pending_invitation;
mod prepare_add_users;
mod refresh_session;
mod resolve_reservations;
mod revoke_invitation;
mod tokens;
mod update_group;
mod update_role;

pub use assign_roles::Assignment;
pub use check_access::Check;
pub use commit_add_users::Commits;
pub use create_group::NewGroup;
pub use delete_role::Deletion;
pub use get_billing_contact::{OpenOffer, Post};
pub use links::Links;
pub use list_roles::AnyRole;
pub use origin::{invited, origin};
pub use passwords::Passwords;
pub use prepare_add_users::{Plan, Planned};
pub use tokens::AccessTokens;

use std::time::Duration;

use chassis::Shared;
use storage::{Database, RelayWaker};
use types::{AccountId, Clock, Mac};

use crate::clients::Licensing;
use crate::domain::error::Error;
use crate::store::accounts;

/// What the use cases work with; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The tables.
    pub database: Database,
    /// The present.
    pub clock: Clock,
    /// Limits and revocation.
    pub shared: Shared,
    /// The catalogue.
    pub licensing: Licensing,
    /// Wakes the outbox's delivery after a commit.
    pub relay: RelayWaker,
    /// Signs access tokens.
    pub access_tokens: AccessTokens,
    /// Tells refresh tokens that were made here from those that were made up.
    pub refresh_key: Mac,
    /// How long a refresh token works.
    pub refresh_lifetime: Duration,
    /// How many attempts to log in one address has in a minute.
    pub attempts_per_minute: u32,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Makes and finds the links in e-mails.
    pub links: Links,
    /// Commits requests to add users, several at once.
    pub commits: Commits,
    /// How long requests are remembered.
    pub memory: Duration,
    /// How long an offer of the billing contact's post can be accepted.
    pub offer_lifetime: Duration,
    /// How long deleted users can be restored.
    pub retention: Duration,
}

impl App {
    /// The account somebody is calling from.
    async fn account(&self, id: AccountId) -> Result<crate::domain::account::Account, Error> {
        accounts::find(self.database.reader(), id)
            .await?
            .ok_or(Error::AccountNotFound(id))
    }
}
