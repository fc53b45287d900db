//! Signs mails with a key of the sender's domain (DKIM, RFC 6376), so that nobody else can pass for it.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use lettre::Message;
use lettre::message::dkim;
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::LineEnding;

use crate::config::DkimConfig;

/// What a reader sees or a mail program believes. Not `Content-Type`: the library writes it with the body, and would sign that
/// there is none.
const SIGNED: [&str; 8] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Language",
    "Auto-Submitted",
];

/// The sender's signature.
pub(super) struct Dkim(dkim::DkimConfig);

/// A key that cannot sign. It never shows the key.
#[derive(Debug, thiserror::Error)]
pub(in crate::clients) enum InvalidKey {
    /// The file cannot be read.
    #[error("the file {path} cannot be read: {error}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why not.
        error: std::io::Error,
    },
    /// What is in it is no key of a kind that is known.
    #[error("an RSA or Ed25519 private key is expected in the file, as PEM (PKCS #8, or PKCS #1 for RSA)")]
    Key,
    /// The selector is no name.
    #[error("the selector has to be a name as in the DNS: letters, digits, hyphens and full stops")]
    Selector,
    /// The domain is no name.
    #[error("the domain has to be a domain name in ASCII")]
    Domain,
}

impl Dkim {
    /// The signature that `config` names, for mails from `sender_domain` unless it names another domain.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn load(config: &DkimConfig, sender_domain: &str) -> Result<Self, InvalidKey> {
        let domain = config.domain.as_deref().unwrap_or(sender_domain);
        if !is_dns_name(&config.selector) {
            return Err(InvalidKey::Selector);
        }
        if !is_dns_name(domain) {
            return Err(InvalidKey::Domain);
        }
        let signed = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        let relaxed = dkim::DkimCanonicalization {
            header: dkim::DkimCanonicalizationType::Relaxed,
            body: dkim::DkimCanonicalizationType::Relaxed,
        };
        let key = read(&config.key_file)?;
        let (selector, domain) = (config.selector.clone(), domain.to_owned());
        Ok(Self(dkim::DkimConfig::new(selector, domain, key, signed, relaxed)))
    }

    /// Adds the signature to a mail that is complete.
    pub(super) fn sign(&self, message: &mut Message) {
        message.sign(&self.0);
    }
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dkim").finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<dkim::DkimSigningKey, InvalidKey> {
    let pem = std::fs::read_to_string(path).map_err(|error| InvalidKey::Unreadable {
        path: path.display().to_string(),
        error,
    })?;
    let rsa = RsaPrivateKey::from_pkcs8_pem(&pem)
        .ok()
        .or_else(|| RsaPrivateKey::from_pkcs1_pem(&pem).ok());
    // The library reads each kind in one form only.
    let key = if let Some(key) = rsa {
        let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|_| InvalidKey::Key)?;
        dkim::DkimSigningKey::new(&pem, dkim::DkimSigningAlgorithm::Rsa)
    } else {
        let key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| InvalidKey::Key)?;
        let seed = STANDARD.encode(key.to_bytes());
        dkim::DkimSigningKey::new(&seed, dkim::DkimSigningAlgorithm::Ed25519)
    };
    key.map_err(|_| InvalidKey::Key)
}

fn is_dns_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}
