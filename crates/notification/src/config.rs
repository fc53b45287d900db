//! What notification is told when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chassis::config::period;
use chassis::{CallerConfig, ClientConfig, Peer, Secret, ServerConfig, SharedConfig, TelemetryConfig, WatchConfig};
use serde::Deserialize;
use storage::{DatabaseConfig, RelayConfig};

/// The configuration of the notification service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen; read by the program that runs the service.
    pub listen: SocketAddr,
    /// Logs and traces; read by the program that runs the service.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The limits of the server.
    #[serde(default)]
    pub server: ServerConfig,
    /// Notification's own database.
    pub database: DatabaseConfig,
    /// How this process vouches for its calls, and whom it believes.
    pub callers: CallerConfig,
    /// How calls to the other services behave.
    #[serde(default)]
    pub clients: ClientConfig,
    /// Where limits are counted for all processes together; without a Redis each counts for itself.
    #[serde(default)]
    pub shared: SharedConfig,
    /// Where identity is, which keeps the audit logs.
    pub identity: Peer,
    /// How the outbox is delivered.
    #[serde(default)]
    pub relay: RelayConfig,
    /// How mail goes out.
    pub mail: MailConfig,
    /// Those who watch how far mails have come.
    #[serde(default)]
    pub watches: WatchConfig,
    /// How long what has ended is kept.
    #[serde(default)]
    pub retention: RetentionConfig,
}

/// How long what has ended is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// How long it is told what became of a mail, and that a mail is no longer needed: far longer than any message about
    /// it may be under way, because a late one would be taken for new.
    #[serde(deserialize_with = "period")]
    pub keep: Duration,
    /// How often there is a purge.
    #[serde(deserialize_with = "period")]
    pub interval: Duration,
    /// How many rows one statement deletes.
    pub batch: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(90 * 24 * 60 * 60),
            interval: Duration::from_secs(10 * 60),
            batch: 1_000,
        }
    }
}

/// How mail goes out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Where to: `smtp://user:password@host:port/ehlo-name?tls=required` (STARTTLS; without `tls` in the clear),
    /// `smtps://…` (TLS from the start), or `folder:PATH`, where each mail becomes a file. May hold a password.
    pub url: Secret,
    /// The address mail comes from.
    pub from_address: String,
    /// The name mail comes from.
    #[serde(default = "from_name")]
    pub from_name: String,
    /// The right side of every Message-ID; the domain of `from_address` unless told.
    #[serde(default)]
    pub message_id_domain: Option<String>,
    /// How mails are signed (DKIM); not at all unless told.
    #[serde(default)]
    pub dkim: Option<DkimConfig>,
    /// The hosts from which pictures in accounts' own e-mails may come; none unless told.
    #[serde(default)]
    pub image_hosts: Vec<String>,
    /// A file of certificates (PEM) to trust beside the public ones, for a mail server with its own.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Whether no mail is for people: what is in each is kept and shown (`WaitForMail`), links included. Never in production.
    #[serde(default)]
    pub sandbox: bool,
    /// How many mails are under way at a time.
    #[serde(default = "workers")]
    pub workers: usize,
    /// How many of them may go to one domain, so that a slow one holds up nobody else.
    #[serde(default = "per_domain")]
    pub per_domain: usize,
    /// How many mails a domain gets in a minute; without limit unless told.
    #[serde(default)]
    pub domain_per_minute: Option<u32>,
    /// How many mails an account sends in a minute; without limit unless told.
    #[serde(default)]
    pub account_per_minute: Option<u32>,
    /// How often the queue is looked at when nobody rings.
    #[serde(default = "poll_interval", deserialize_with = "period")]
    pub poll_interval: Duration,
    /// For how long a mail belongs to the process that sends it; renewed while it does, so a crash costs this long.
    #[serde(default = "lease", deserialize_with = "period")]
    pub lease: Duration,
    /// How long the mail server may take for one answer.
    #[serde(default = "command_timeout", deserialize_with = "period")]
    pub command_timeout: Duration,
    /// How long it may take for a whole mail and the answer to it. Giving up early sends duplicates (RFC 5321 §4.5.3.2.6).
    #[serde(default = "data_timeout", deserialize_with = "period")]
    pub data_timeout: Duration,
    /// How long a connection is kept for the next mail.
    #[serde(default = "idle_timeout", deserialize_with = "period")]
    pub idle_timeout: Duration,
    /// The wait after the first failure; it doubles with each further one.
    #[serde(default = "backoff_min", deserialize_with = "period")]
    pub backoff_min: Duration,
    /// The longest wait.
    #[serde(default = "backoff_max", deserialize_with = "period")]
    pub backoff_max: Duration,
    /// The age at which a mail is no longer tried again.
    #[serde(default = "give_up", deserialize_with = "period")]
    pub give_up: Duration,
}

/// How mails are signed (DKIM, RFC 6376).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// A file with an RSA or Ed25519 private key (PEM: PKCS #8, or PKCS #1 for RSA).
    pub key_file: PathBuf,
    /// The name under which the domain's DNS has the key's public half: `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// The domain that signs; that of `from_address` unless told.
    #[serde(default)]
    pub domain: Option<String>,
}

impl MailConfig {
    /// The defaults for mail that goes to `url` from `from_address`.
    #[must_use]
    pub fn new(url: Secret, from_address: impl Into<String>) -> Self {
        Self {
            url,
            from_address: from_address.into(),
            from_name: from_name(),
            message_id_domain: None,
            dkim: None,
            image_hosts: Vec::new(),
            ca_file: None,
            sandbox: false,
            workers: workers(),
            per_domain: per_domain(),
            domain_per_minute: None,
            account_per_minute: None,
            poll_interval: poll_interval(),
            lease: lease(),
            command_timeout: command_timeout(),
            data_timeout: data_timeout(),
            idle_timeout: idle_timeout(),
            backoff_min: backoff_min(),
            backoff_max: backoff_max(),
            give_up: give_up(),
        }
    }
}

fn from_name() -> String {
    "Usher".to_owned()
}

const fn workers() -> usize {
    16
}

const fn per_domain() -> usize {
    8
}

const fn poll_interval() -> Duration {
    Duration::from_secs(1)
}

const fn lease() -> Duration {
    Duration::from_secs(30)
}

const fn command_timeout() -> Duration {
    Duration::from_secs(30)
}

const fn data_timeout() -> Duration {
    Duration::from_secs(600)
}

const fn idle_timeout() -> Duration {
    Duration::from_secs(30)
}

const fn backoff_min() -> Duration {
    Duration::from_secs(10)
}

const fn backoff_max() -> Duration {
    Duration::from_secs(30 * 60)
}

const fn give_up() -> Duration {
    Duration::from_secs(72 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_url_is_not_shown() {
        let url = Secret::new("smtp://usher:s3cret@mail.example:587?tls=required").unwrap();
        let shown = format!("{:?}", MailConfig::new(url, "usher@example.com"));
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let text = r#"{"url": "folder:/tmp/mail", "from_address": "a@example.com", "worker": 3}"#;
        let error = serde_json::from_str::<MailConfig>(text).unwrap_err();
        assert!(error.to_string().contains("worker"), "{error}");
    }
}
