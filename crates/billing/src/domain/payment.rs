//! Payments: what a provider is asked for, and what it tells.

use serde::{Deserialize, Serialize};
use types::{AccountId, InvalidMac, InvoiceId, Mac, Money, Timestamp};

/// How old a message of a provider may be, in seconds; what is older may have been recorded and is refused.
const MAX_AGE: i64 = 300;

/// What a provider is asked for. The same invoice and attempt may be asked for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) account: AccountId,
    pub(crate) invoice: InvoiceId,
    /// 1 for the first.
    pub(crate) attempt: i64,
    pub(crate) amount: Money,
    /// What the provider calls the way to pay; may be empty.
    pub(crate) payment_method: String,
}

/// What a provider tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentEvent {
    /// The provider's name for it: the same for every repetition.
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: PaymentEventKind,
    pub(crate) account_id: AccountId,
    pub(crate) invoice_id: InvoiceId,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentEventKind {
    #[serde(rename = "payment.succeeded")]
    Succeeded,
    #[serde(rename = "payment.failed")]
    Failed,
}

/// A message as it comes from a provider: its octets, and the proof that it is the provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedEvent {
    pub(crate) body: Vec<u8>,
    /// `t=<Unix seconds>,v1=<HMAC-SHA-256 of "<t>.<body>" in hexadecimal digits>`.
    pub(crate) signature: String,
}

/// The key that a provider and this service share.
#[derive(Clone, Debug)]
pub(crate) struct EventSeal(Mac);

impl EventSeal {
    /// Keeps the key.
    ///
    /// # Errors
    /// When the key is refused.
    pub(crate) fn new(key: &str) -> Result<Self, InvalidMac> {
        Mac::new(key.as_bytes()).map(Self)
    }

    /// Signs an event.
    pub(crate) fn sign(&self, event: &PaymentEvent, now: Timestamp) -> SignedEvent {
        let body = serde_json::json!(event).to_string().into_bytes();
        let proof = self.0.sign(&signed(now.seconds(), &body));
        let digits: String = proof.iter().map(|octet| format!("{octet:02x}")).collect();
        SignedEvent {
            signature: format!("t={},v1={digits}", now.seconds()),
            body,
        }
    }

    /// Whether a message is the provider's, and of now.
    ///
    /// # Errors
    /// [`InvalidMac`] when it is not.
    pub(crate) fn verify(&self, event: &SignedEvent, now: Timestamp) -> Result<(), InvalidMac> {
        let (time, digits) = event.signature.split_once(",v1=").ok_or(InvalidMac)?;
        let time: i64 = time
            .strip_prefix("t=")
            .and_then(|time| time.parse().ok())
            .ok_or(InvalidMac)?;
        if now.seconds().abs_diff(time) > MAX_AGE.unsigned_abs() {
            return Err(InvalidMac);
        }
        let proof = octets(digits).ok_or(InvalidMac)?;
        self.0.verify(&signed(time, &event.body), &proof)
    }
}

fn signed(time: i64, body: &[u8]) -> Vec<u8> {
    [format!("{time}.").as_bytes(), body].concat()
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(octet).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_message_is_believed_with_its_own_proof_and_while_it_is_young() {
        let (seal, now) = (
            EventSeal::new("key").unwrap(),
            Timestamp::from_micros(1_700_000_000_000_000),
        );
        let event = PaymentEvent {
            id: "evt_1".to_owned(),
            kind: PaymentEventKind::Succeeded,
            account_id: AccountId::new(),
            invoice_id: InvoiceId::new(),
        };
        let signed = seal.sign(&event, now);
        assert_eq!(seal.verify(&signed, now + Duration::from_secs(300)), Ok(()));
        assert_eq!(seal.verify(&signed, now + Duration::from_secs(301)), Err(InvalidMac));
        assert_eq!(EventSeal::new("kez").unwrap().verify(&signed, now), Err(InvalidMac));
        let mut altered = signed.clone();
        altered.body.push(b' ');
        assert_eq!(seal.verify(&altered, now), Err(InvalidMac));
        let later = signed.signature.replace("t=17", "t=18");
        for signature in [
            String::new(),
            "t=1,v1=".to_owned(),
            "t=x,v1=00".to_owned(),
            later,
            "é".repeat(9),
        ] {
            let altered = SignedEvent {
                signature,
                ..signed.clone()
            };
            assert_eq!(seal.verify(&altered, now), Err(InvalidMac), "{altered:?}");
        }
        let text = String::from_utf8(signed.body).unwrap();
        assert!(text.contains(r#""type":"payment.succeeded""#), "{text}");
    }
}
