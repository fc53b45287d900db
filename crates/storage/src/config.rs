//! The `[database]` block of a service's configuration.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

/// Which database, and how long anything may wait for it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host/name` or `sqlite:///path/to/file.db`.
    pub url: String,
    /// Connections of each pool, the one that writes and the one that only reads; on SQLite the writer is always one.
    #[serde(default = "default_max_connections")]
    pub max_connections: u32,
    /// How long a caller waits for a free connection.
    #[serde(default = "default_acquire_timeout", deserialize_with = "types::period")]
    pub acquire_timeout: Duration,
    /// How long one statement may run (PostgreSQL).
    #[serde(default = "default_statement_timeout", deserialize_with = "types::period")]
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock; on SQLite the busy time-out.
    #[serde(default = "default_lock_timeout", deserialize_with = "types::period")]
    pub lock_timeout: Duration,
    /// How long a transaction may sit idle before the server ends it (PostgreSQL).
    #[serde(default = "default_idle_in_transaction_timeout", deserialize_with = "types::period")]
    pub idle_in_transaction_timeout: Duration,
    /// Whether PostgreSQL plans each statement for what its tables hold now, and not once for all: for tables that fill
    /// faster than their statistics follow. Decided by the service, not by its configuration.
    #[serde(skip)]
    pub fresh_plans: bool,
    /// Off only in the control of the cancellation test; honoured only with the feature `failpoints`.
    #[doc(hidden)]
    #[serde(skip, default = "guarded")]
    pub release_guard: bool,
}

impl DatabaseConfig {
    /// The defaults for the database at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: default_max_connections(),
            acquire_timeout: default_acquire_timeout(),
            statement_timeout: default_statement_timeout(),
            lock_timeout: default_lock_timeout(),
            idle_in_transaction_timeout: default_idle_in_transaction_timeout(),
            fresh_plans: false,
            release_guard: guarded(),
        }
    }

    pub(crate) fn has_release_guard(&self) -> bool {
        self.release_guard || !cfg!(feature = "failpoints")
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("url", &without_credentials(&self.url))
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("idle_in_transaction_timeout", &self.idle_in_transaction_timeout)
            .finish_non_exhaustive()
    }
}

/// Drops the user part and the parameters: a password can stand in either.
fn without_credentials(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(head, _)| head);
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
            format!("{scheme}://{place}")
        }
        None => "(not a URL)".to_owned(),
    }
}

const fn default_max_connections() -> u32 {
    8
}

const fn default_acquire_timeout() -> Duration {
    Duration::from_secs(5)
}

const fn default_statement_timeout() -> Duration {
    Duration::from_secs(15)
}

const fn default_lock_timeout() -> Duration {
    Duration::from_secs(5)
}

const fn default_idle_in_transaction_timeout() -> Duration {
    Duration::from_secs(10)
}

const fn guarded() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for url in [
            "postgres://usher:s3cret@db:5432/identity",
            "postgres://db/identity?user=usher&password=s3cret",
            "s3cret",
        ] {
            let printed = format!("{:?}", DatabaseConfig::new(url));
            assert!(!printed.contains("s3cret"), "{printed}");
        }
    }

    #[test]
    fn durations_are_read_as_text_and_as_milliseconds() {
        let config: DatabaseConfig =
            serde_json::from_str(r#"{"url": "sqlite:///tmp/a.db", "statement_timeout": "2s", "lock_timeout": 250}"#)
                .unwrap();
        assert_eq!(config.statement_timeout, Duration::from_secs(2));
        assert_eq!(config.lock_timeout, Duration::from_millis(250));
        assert!(config.has_release_guard());
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = serde_json::from_str::<DatabaseConfig>(r#"{"url": "sqlite:///tmp/a.db", "max_conections": 3}"#)
            .unwrap_err();
        assert!(error.to_string().contains("max_conections"), "{error}");
    }

    #[test]
    fn the_release_guard_cannot_be_configured_away() {
        assert!(
            serde_json::from_str::<DatabaseConfig>(r#"{"url": "sqlite:///a.db", "release_guard": false}"#).is_err()
        );
    }
}
