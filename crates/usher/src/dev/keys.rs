//! The secrets of `usher dev` that outlive it.
//!
//! The keys that the services sign their calls to each other with are not among them: they are made anew with each start
//! and never leave the process.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chassis::{CallerConfig, Secret};
use serde::{Deserialize, Serialize};

use crate::demo::Secrets;
use crate::private_file;

/// What is in `keys.toml`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// Signs access tokens: an Ed25519 seed in base64. Kept, so that a token survives a restart.
    pub(super) access_key: String,
    /// What the links in e-mails are derived from.
    #[serde(alias = "invitation_key")]
    pub(super) link_key: String,
    /// What licensing proves its grants to identity with.
    pub(super) grant_key: String,
    /// Seals previews of changes to subscriptions. Files from before there were any have none: previews do not outlive a
    /// restart then.
    #[serde(default = "random_key")]
    pub(super) preview_key: String,
    /// Signs the events of simulated payments, which do not outlive their call.
    #[serde(default = "random_key")]
    pub(super) event_key: String,
    /// The password of the demo account's owner.
    owner_password: String,
    /// The request that makes the demo account: repeated with each start, it makes one.
    account_request_id: String,
    /// The request that adds the demo people, likewise.
    people_request_id: String,
}

impl Keys {
    /// Reads the file, or makes new keys and writes it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                // The parser's own message would show the line, which holds a secret.
                let keys = toml::from_str(&text).ok();
                keys.with_context(|| format!("{} cannot be read: remove the folder to begin anew", path.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let keys = Self::new();
                let text = toml::to_string(&keys).context("the keys cannot be written as TOML")?;
                private_file::write(path, &text).with_context(|| format!("cannot write {}", path.display()))?;
                Ok(keys)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// The public half of the access key, which the gateway checks access tokens with.
    pub(super) fn access_public_key(&self) -> anyhow::Result<String> {
        let pair = CallerConfig {
            key: Secret::new(&self.access_key)?,
            trusted: BTreeMap::new(),
            ttl: Duration::ZERO,
        };
        Ok(pair.public_key()?)
    }

    /// What the demo account is made with.
    pub(super) fn demo(&self) -> Secrets {
        Secrets {
            owner_password: self.owner_password.clone(),
            account_request_id: self.account_request_id.clone(),
            people_request_id: self.people_request_id.clone(),
        }
    }

    fn new() -> Self {
        let demo = Secrets::new();
        Self {
            access_key: random_key(),
            link_key: random_key(),
            grant_key: random_key(),
            preview_key: random_key(),
            event_key: random_key(),
            owner_password: demo.owner_password,
            account_request_id: demo.account_request_id,
            people_request_id: demo.people_request_id,
        }
    }
}

fn random_key() -> String {
    STANDARD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let first = Keys::open(&path).unwrap();
        assert!(Keys::open(&path).unwrap() == first);
        let other = Keys::open(&folder.path().join("other.toml")).unwrap();
        assert!(other.access_key != first.access_key && other.owner_password != first.owner_password);
        let three = BTreeSet::from([&first.access_key, &first.link_key, &first.grant_key]);
        assert_eq!(three.len(), 3);
    }

    #[test]
    fn a_broken_file_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::fs::write(&path, "access_key = \"s3cret\"\nunknown = 1").unwrap();
        let error = format!("{:?}", Keys::open(&path).map(drop).unwrap_err());
        assert!(
            error.contains("keys.toml cannot be read") && !error.contains("s3cret"),
            "{error}"
        );
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "access_key = \"s3cret\"\nunknown = 1"
        );
    }
}
