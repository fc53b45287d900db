//! The token that says what was shown to an account before it agreed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::Secret;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use types::{AccountId, InvalidMac, Mac, Money, Timestamp};

use crate::domain::{Decision, Subscription, Wish};
use crate::error::Error;

/// How long a proof is.
const PROOF_BYTES: usize = 32;

/// Seals what is shown, so that nobody else can have written it.
#[derive(Clone, Debug)]
pub(crate) struct PreviewSeal(Mac);

/// What was shown, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) account: AccountId,
    pub(crate) wish: Wish,
    pub(crate) figures: Figures,
    pub(crate) expire_time: Timestamp,
}

/// Everything that has to be the same when the change is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// SHA-256 over the subscription before the change.
    basis: String,
    pub(crate) effective: Date,
    pub(crate) total: Money,
    pub(crate) due: Money,
}

impl Figures {
    /// The figures of a change of `former`.
    pub(crate) fn new(former: &Subscription, decision: &Decision) -> Self {
        // A version that changed nothing but itself, as after a change that was refused, or what was told meanwhile, shows
        // nothing new.
        let content = Subscription {
            version: 0,
            reminder_time: None,
            ..former.clone()
        };
        Self {
            basis: fingerprint(&serde_json::json!(content).to_string()),
            effective: decision.effective,
            total: decision.quote.total,
            due: decision.quote.due,
        }
    }
}

impl PreviewSeal {
    /// Keeps the key: the octets of its text.
    ///
    /// # Errors
    /// When the key is refused.
    pub(crate) fn new(key: &Secret) -> Result<Self, InvalidMac> {
        Mac::new(key.expose().as_bytes()).map(Self)
    }

    /// The token.
    pub(crate) fn seal(&self, shown: &Shown) -> String {
        let text = serde_json::json!(shown).to_string().into_bytes();
        URL_SAFE_NO_PAD.encode([self.0.sign(&text), text].concat())
    }

    /// What a token says.
    ///
    /// # Errors
    /// [`Error::PreviewInvalid`] when it was not sealed with this key.
    pub(crate) fn open(&self, token: &str) -> Result<Shown, Error> {
        let octets = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::PreviewInvalid)?;
        let (proof, text) = octets.split_at_checked(PROOF_BYTES).ok_or(Error::PreviewInvalid)?;
        self.0.verify(text, proof).map_err(|_| Error::PreviewInvalid)?;
        serde_json::from_slice(text).map_err(|_| Error::PreviewInvalid)
    }
}

/// SHA-256 over a text, in base64.
pub(super) fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
