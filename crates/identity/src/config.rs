//! What identity must be told before it starts.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::config::period;
use chassis::{CallerConfig, ClientConfig, Peer, Secret, ServerConfig, SharedConfig, TelemetryConfig, WatchConfig};
use serde::Deserialize;
use storage::{DatabaseConfig, RelayConfig};

/// Identity's configuration.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// Limits of the server.
    #[serde(default)]
    pub server: ServerConfig,
    /// Its database.
    pub database: DatabaseConfig,
    /// Its own key and those of its callers.
    pub callers: CallerConfig,
    /// Token look-up, limits and revocation.
    pub shared: SharedConfig,
    /// How it calls its peers.
    #[serde(default)]
    pub clients: ClientConfig,
    /// Where licensing is.
    pub licensing: Peer,
    /// Where billing is.
    pub billing: Peer,
    /// Where notification is.
    pub notification: Peer,
    /// How the outbox is delivered.
    #[serde(default)]
    pub relay: RelayConfig,
    /// Sessions.
    pub sessions: SessionConfig,
    /// The links in e-mails.
    pub links: LinkConfig,
    /// Invitations.
    #[serde(default)]
    pub invitations: InvitationConfig,
    /// Signing up.
    #[serde(default)]
    pub sign_ups: SignUpConfig,
    /// Replacing forgotten passwords.
    #[serde(default)]
    pub password_resets: PasswordResetConfig,
    /// E-mails that anybody can have sent, without logging in.
    #[serde(default)]
    pub open_mails: OpenMailConfig,
    /// Adding users.
    pub admission: AdmissionConfig,
    /// Hashing passwords.
    #[serde(default)]
    pub passwords: PasswordConfig,
    /// Users.
    #[serde(default)]
    pub users: UserConfig,
    /// Handing over the billing contact's post.
    #[serde(default)]
    pub billing_contacts: BillingContactConfig,
    /// Those who watch the audit log, or an import.
    #[serde(default)]
    pub watches: WatchConfig,
    /// Importing people from files.
    #[serde(default)]
    pub imports: ImportConfig,
}

/// Importing people from files.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportConfig {
    /// How many imports of different accounts a process works on at once.
    pub workers: usize,
    /// How often it is looked for imports that another process has left.
    #[serde(deserialize_with = "period")]
    pub poll: Duration,
    /// How long a process works on an import before others may, unless it says that it still does.
    #[serde(deserialize_with = "period")]
    pub lease: Duration,
    /// How often it is looked how far an import has come that somebody watches.
    #[serde(deserialize_with = "period")]
    pub watch: Duration,
    /// How long imports are told of after they have ended.
    #[serde(deserialize_with = "period")]
    pub retention: Duration,
    /// How long a file may take to arrive before what has come of it is thrown away.
    #[serde(deserialize_with = "period")]
    pub upload: Duration,
}

impl Default for ImportConfig {
    fn default() -> Self {
        Self {
            workers: 2,
            poll: Duration::from_secs(1),
            lease: half_a_minute(),
            watch: Duration::from_millis(250),
            retention: thirty_days(),
            upload: Duration::from_secs(60 * 60),
        }
    }
}

/// Sessions and their tokens.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionConfig {
    /// The Ed25519 seed that signs access tokens: 32 octets in base64.
    pub access_key: Secret,
    /// How long an access token works; at most 5 minutes.
    #[serde(default = "five_minutes", deserialize_with = "period")]
    pub access_lifetime: Duration,
    /// How long a refresh token works.
    #[serde(default = "thirty_days", deserialize_with = "period")]
    pub refresh_lifetime: Duration,
    /// How many attempts to log in one address has in a minute.
    #[serde(default = "attempts")]
    pub attempts_per_minute: u32,
}

/// The links in e-mails.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkConfig {
    /// What a link begins with, such as `https://usher.example`; `/accept?token=…`, `/sign-up?token=…` or
    /// `/reset-password?token=…` follows.
    pub base: String,
    /// The key that links are derived from.
    pub key: Secret,
}

/// Invitations.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InvitationConfig {
    /// How long an invitation can be accepted.
    #[serde(deserialize_with = "period")]
    pub lifetime: Duration,
    /// How often it is looked for invitations that have expired, whose seats come free then.
    #[serde(deserialize_with = "period")]
    pub sweep: Duration,
    /// The least time between two e-mails about one invitation.
    #[serde(deserialize_with = "period")]
    pub resend_interval: Duration,
    /// How often invitations are sent again.
    pub resends: ResendConfig,
}

/// How often invitations are sent again; more is refused with RATE_LIMITED.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResendConfig {
    /// To one address in an hour, by whatever account.
    pub per_address_per_hour: u32,
    /// By one account in an hour.
    pub per_account_per_hour: u32,
    /// To one domain in an hour, by whatever account.
    pub per_domain_per_hour: u32,
}

impl Default for ResendConfig {
    fn default() -> Self {
        Self {
            per_address_per_hour: 10,
            per_account_per_hour: 1_000,
            per_domain_per_hour: 5_000,
        }
    }
}

impl Default for InvitationConfig {
    fn default() -> Self {
        Self {
            lifetime: seven_days(),
            sweep: half_a_minute(),
            resend_interval: one_minute(),
            resends: ResendConfig::default(),
        }
    }
}

/// Signing up.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignUpConfig {
    /// How long a link makes the account.
    #[serde(deserialize_with = "period")]
    pub lifetime: Duration,
    /// The plan that a new account is subscribed to.
    pub plan: String,
}

impl Default for SignUpConfig {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(24 * 60 * 60),
            plan: "trial".to_owned(),
        }
    }
}

/// Replacing forgotten passwords.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordResetConfig {
    /// How long a link sets a new password.
    #[serde(deserialize_with = "period")]
    pub lifetime: Duration,
}

impl Default for PasswordResetConfig {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(60 * 60),
        }
    }
}

/// E-mails that anybody can have sent, without logging in: of a sign-up, and of a forgotten password. Each is counted by
/// itself.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenMailConfig {
    /// How many can be asked for in an hour for one address.
    pub per_address_per_hour: u32,
    /// How many can be asked for in an hour from one network address, behind which there may be many people.
    pub per_source_per_hour: u32,
}

impl Default for OpenMailConfig {
    fn default() -> Self {
        Self {
            per_address_per_hour: 5,
            per_source_per_hour: 100,
        }
    }
}

/// Adding users.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmissionConfig {
    /// The key that licensing proves its grants with.
    pub grant_key: Secret,
    /// How long before a grant's deadline nothing is committed any more: more than the clocks of identity and licensing
    /// may differ.
    #[serde(default = "five_seconds", deserialize_with = "period")]
    pub margin: Duration,
    /// The most requests that are committed as one.
    #[serde(default = "batch")]
    pub batch: usize,
    /// How long requests are remembered.
    #[serde(default = "seven_days", deserialize_with = "period")]
    pub memory: Duration,
    /// Whether aborted attempts are refused: always, but for the test that shows what would happen otherwise.
    #[doc(hidden)]
    #[serde(skip, default = "always")]
    pub tombstones: bool,
}

/// Argon2id (RFC 9106).
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordConfig {
    /// KiB of memory for one hash.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// How many hashes are computed at once.
    pub concurrency: usize,
}

impl Default for PasswordConfig {
    /// The profile that OWASP's password storage page recommends.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
            concurrency: 2,
        }
    }
}

/// Handing over the billing contact's post.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BillingContactConfig {
    /// How long an offer can be accepted.
    #[serde(deserialize_with = "period")]
    pub offer_lifetime: Duration,
}

impl Default for BillingContactConfig {
    fn default() -> Self {
        Self {
            offer_lifetime: seven_days(),
        }
    }
}

/// Users.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserConfig {
    /// How long deleted users can be restored.
    #[serde(deserialize_with = "period")]
    pub retention: Duration,
    /// How often those are removed who cannot be restored any more.
    #[serde(deserialize_with = "period")]
    pub purge_interval: Duration,
}

impl Default for UserConfig {
    fn default() -> Self {
        Self {
            retention: thirty_days(),
            purge_interval: Duration::from_secs(60 * 60),
        }
    }
}

const fn one_minute() -> Duration {
    Duration::from_secs(60)
}

const fn five_seconds() -> Duration {
    Duration::from_secs(5)
}

const fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

const fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

const fn seven_days() -> Duration {
    Duration::from_secs(7 * 24 * 60 * 60)
}

const fn thirty_days() -> Duration {
    Duration::from_secs(30 * 24 * 60 * 60)
}

const fn attempts() -> u32 {
    10
}

const fn batch() -> usize {
    128
}

const fn always() -> bool {
    true
}
