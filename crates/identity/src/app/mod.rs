//! What identity can do, one use case a file; nothing is decided elsewhere.

mod accept_billing_contact;
mod accept_invitation;
mod accept_transfer;
mod append_audit_events;
mod apply_settings_template;
mod assign_roles;
mod batch_get_holders;
mod bring_back_user;
mod cancel_import;
mod cancel_mail;
mod change;
mod change_password;
mod check_access;
mod close_account;
mod commit_add_users;
mod complete_sign_up;
mod create_account;
mod create_group;
mod create_role;
mod create_settings_template;
mod create_welcome_email;
mod decline_invitation;
mod delete_group;
mod delete_role;
mod delete_settings_template;
mod delete_welcome_email;
mod end_invitation;
mod end_user;
mod end_users;
mod expire_invitations;
mod forget_links;
mod forget_requests;
mod forget_welcome_emails;
mod get_account;
mod get_account_settings;
mod get_billing_contact;
mod get_caller;
mod get_effective_settings;
mod get_group;
mod get_import;
mod get_invitation;
mod get_settings_template;
mod get_user;
mod get_user_settings;
mod get_welcome_email;
mod import_rows;
mod import_users;
mod inspect_invitation;
mod limits;
mod links;
mod list_audit_events;
mod list_groups;
mod list_import_rows;
mod list_imports;
mod list_invitation_rows;
mod list_invitations;
mod list_roles;
mod list_settings_templates;
mod list_user_rows;
mod list_users;
mod list_welcome_emails;
mod lock_user;
mod log_in;
mod log_out;
mod merge_users;
mod notices;
mod notify_billing_contact;
mod offer_billing_contact;
mod origin;
mod passwords;
mod pending_invitation;
mod poll_audit_heads;
mod prepare_add_users;
mod prepare_resend;
mod preview_transfer;
mod preview_welcome_email;
mod purge_users;
mod refresh_session;
mod request_password_reset;
mod resend_invitation;
mod reset_password;
mod resolve_reservations;
mod revoke_invitation;
mod run_imports;
mod set_default_welcome_email;
mod sign_up;
mod still;
mod tokens;
mod update_account;
mod update_account_settings;
mod update_group;
mod update_role;
mod update_settings_template;
mod update_user;
mod update_user_settings;
mod update_users;
mod update_welcome_email;
mod watch_audit_events;
mod watch_import;
mod welcome_texts;
mod world;

pub use apply_settings_template::Recipients;
pub use assign_roles::Assignment;
pub use change::{Attempt, Change, Prepared};
pub use check_access::{Check, Questions};
pub use close_account::Closing;
pub use commit_add_users::Commits;
pub use create_group::NewGroup;
pub use create_settings_template::NewSettingsTemplate;
pub use create_welcome_email::NewWelcomeEmail;
pub use delete_role::Deletion;
pub use get_billing_contact::{OpenOffer, Post};
pub use import_rows::ImportRows;
pub use import_users::Upload;
pub use links::Links;
pub use list_invitation_rows::InvitationRow;
pub use list_roles::AnyRole;
pub use list_user_rows::UserRow;
pub use origin::{invited, origin};
pub use passwords::Passwords;
pub use prepare_add_users::Prospects;
pub use preview_transfer::{Described, Preview};
pub use preview_welcome_email::{Previewed, SampleUser};
pub use run_imports::ImportWaker;
pub use tokens::AccessTokens;
pub use update_settings_template::SettingsTemplateChange;
pub use update_welcome_email::WelcomeEmailChange;
pub use watch_audit_events::AuditBatch;
pub use welcome_texts::WelcomeTexts;

use std::time::Duration;

use chassis::{Shared, Watchers};
use storage::{Database, RelayWaker};
use types::{AccountId, Clock, Mac};

use crate::clients::{Licensing, Notification};
use crate::config::{ImportConfig, InvitationConfig};
use crate::config::{OpenMailConfig, PasswordResetConfig, SignUpConfig};
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
    /// What e-mails may say.
    pub notification: Notification,
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
    /// Who watches in this process, and how far their accounts' audit logs have come.
    pub watchers: Watchers<i64>,
    /// Looks up whom questions about access are about, for several at once.
    pub questions: Questions,
    /// Foretells requests to add users, several at once.
    pub prospects: Prospects,
    /// Commits requests to add users, several at once.
    pub commits: Commits,
    /// Tells that there is an import to work on.
    pub imports: ImportWaker,
    /// Counts their rows.
    pub import_rows: ImportRows,
    /// Imports.
    pub import_config: ImportConfig,
    /// How long requests are remembered.
    pub memory: Duration,
    /// How long an offer of the billing contact's post can be accepted.
    pub offer_lifetime: Duration,
    /// How long deleted users can be restored.
    pub retention: Duration,
    /// How long before its deadline a grant is not used any more.
    pub margin: Duration,
    /// How long invitations can be accepted, and how often they can be sent.
    pub invitations: InvitationConfig,
    /// What signing up leads to.
    pub sign_ups: SignUpConfig,
    /// How a forgotten password is replaced.
    pub password_resets: PasswordResetConfig,
    /// Limits on e-mails that anybody can have sent.
    pub open_mails: OpenMailConfig,
}

impl App {
    /// The account somebody is calling from.
    async fn account(&self, id: AccountId) -> Result<crate::domain::account::Account, Error> {
        accounts::find(self.database.reader(), id)
            .await?
            .ok_or(Error::AccountNotFound(id))
    }
}
