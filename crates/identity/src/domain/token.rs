//! Opaque tokens: those in links, and what renews a session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use types::{Id, InvitationId, Kind, Mac, PasswordResetId, SessionId, SignUpId, Timestamp};

/// What an invitation's token is for; part of what is signed, so that no other kind of token can stand in for it.
const PURPOSE: &[u8] = b"usher.invitation.v1";
/// The same of a refresh token.
const REFRESH: &[u8] = b"usher.refresh.v1";
const ID_OCTETS: usize = 16;
const SECRET_OCTETS: usize = 32;

/// The token of one generation of an invitation: `id ‖ generation ‖ HMAC(key, id, generation, purpose, expiry)`.
///
/// It is derived, never stored: a repeated delivery carries the same link, and a database that leaks holds none.
pub fn invitation(key: &Mac, id: InvitationId, generation: u32, expire_time: Timestamp) -> String {
    let mut token = Vec::with_capacity(ID_OCTETS + 4 + SECRET_OCTETS);
    token.extend_from_slice(id.uuid().as_bytes());
    token.extend_from_slice(&generation.to_be_bytes());
    let mut signed = token.clone();
    signed.extend_from_slice(PURPOSE);
    signed.extend_from_slice(&expire_time.micros().to_be_bytes());
    token.extend_from_slice(&key.sign(&signed));
    URL_SAFE_NO_PAD.encode(token)
}

/// The invitation and generation that a token names; proves nothing yet.
pub fn invitation_named_by(token: &str) -> Option<(InvitationId, u32)> {
    let octets = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, rest) = octets.split_first_chunk::<ID_OCTETS>()?;
    let (generation, proof) = rest.split_first_chunk::<4>()?;
    (proof.len() == SECRET_OCTETS).then(|| (id_of(*id), u32::from_be_bytes(*generation)))
}

/// What a link is for that works once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OneTime {
    /// To make the account that somebody has signed up for.
    SignUp(SignUpId),
    /// To choose a new password.
    PasswordReset(PasswordResetId),
}

impl OneTime {
    /// Part of what is signed, so that no other kind of token can stand in for it.
    const fn purpose(self) -> &'static [u8] {
        match self {
            Self::SignUp(_) => b"usher.sign_up.v1",
            Self::PasswordReset(_) => b"usher.password_reset.v1",
        }
    }

    const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::SignUp(id) => id.uuid(),
            Self::PasswordReset(id) => id.uuid(),
        }
    }
}

/// The token of a link that works once: `id ‖ HMAC(key, id, purpose, expiry)`; derived, never stored.
pub fn one_time(key: &Mac, subject: OneTime, expire_time: Timestamp) -> String {
    let id = *subject.uuid().as_bytes();
    let expiry = expire_time.micros().to_be_bytes();
    let proof = key.sign(&[&id, subject.purpose(), &expiry].concat());
    URL_SAFE_NO_PAD.encode([&id[..], &proof].concat())
}

/// A refresh token: `session id ‖ secret ‖ HMAC(key, session id, secret, purpose)`.
///
/// The secret makes it unguessable, whoever holds the key; the proof tells one that was used before, which ends its
/// session, from one that somebody has made up, which must not.
pub fn refresh(key: &Mac, session: SessionId, secret: [u8; SECRET_OCTETS]) -> String {
    let mut token = Vec::with_capacity(ID_OCTETS + 2 * SECRET_OCTETS);
    token.extend_from_slice(session.uuid().as_bytes());
    token.extend_from_slice(&secret);
    let proof = key.sign(&[&token, REFRESH].concat());
    token.extend_from_slice(&proof);
    URL_SAFE_NO_PAD.encode(token)
}

/// The session of a refresh token that was made with `key`, whether it still works or not.
pub fn session_of(key: &Mac, token: &str) -> Option<SessionId> {
    let octets = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (body, proof) = octets.split_at_checked(ID_OCTETS + SECRET_OCTETS)?;
    key.verify(&[body, REFRESH].concat(), proof).ok()?;
    let (id, _) = body.split_first_chunk::<ID_OCTETS>()?;
    Some(id_of(*id))
}

/// What is stored of a token: its SHA-256, in hexadecimal. The tokens hold 256 bits of their own, so no salt is needed.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Lower-case hexadecimal digits.
pub fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = octets.iter().flat_map(|octet| [octet >> 4, octet & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn id_of<K: Kind>(octets: [u8; ID_OCTETS]) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_bytes(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_generation_has_the_same_token_and_the_next_another() {
        let key = Mac::new(b"key").unwrap();
        let (id, expiry) = (InvitationId::new(), Timestamp::from_micros(7));
        let token = invitation(&key, id, 1, expiry);
        assert_eq!(token, invitation(&key, id, 1, expiry));
        assert_ne!(token, invitation(&key, id, 2, expiry));
        assert_ne!(token, invitation(&key, id, 1, Timestamp::from_micros(8)));
        assert_eq!(invitation_named_by(&token), Some((id, 1)));
    }

    #[test]
    fn a_token_that_works_once_is_of_one_subject_one_purpose_and_one_expiry() {
        let key = Mac::new(b"key").unwrap();
        let (id, expiry) = (SignUpId::new(), Timestamp::from_micros(7));
        let token = one_time(&key, OneTime::SignUp(id), expiry);
        assert_eq!(token, one_time(&key, OneTime::SignUp(id), expiry));
        let other_purpose = OneTime::PasswordReset(PasswordResetId::from_uuid(id.uuid()));
        let others = [
            one_time(&key, other_purpose, expiry),
            one_time(&key, OneTime::SignUp(SignUpId::new()), expiry),
            one_time(&key, OneTime::SignUp(id), Timestamp::from_micros(8)),
            one_time(&Mac::new(b"another").unwrap(), OneTime::SignUp(id), expiry),
        ];
        for other in others {
            assert_ne!(other, token);
        }
        assert_eq!(invitation_named_by(&token), None);
    }

    #[test]
    fn a_token_of_another_shape_names_nothing() {
        let key = Mac::new(b"key").unwrap();
        let session = refresh(&key, SessionId::new(), [7; 32]);
        for token in ["", "a", "****", session.as_str(), &"A".repeat(10_000)] {
            assert_eq!(invitation_named_by(token), None, "{token}");
        }
    }

    #[test]
    fn a_refresh_token_that_somebody_made_up_is_of_no_session() {
        let (key, id) = (Mac::new(b"key").unwrap(), SessionId::new());
        let token = refresh(&key, id, [7; 32]);
        assert_eq!(session_of(&key, &token), Some(id));
        let forged = refresh(&Mac::new(b"another").unwrap(), id, [7; 32]);
        for token in ["", "AAAA", forged.as_str(), &token[1..], &"A".repeat(10_000)] {
            assert_eq!(session_of(&key, token), None, "{token}");
        }
    }

    #[test]
    fn digits_are_lower_case() {
        assert_eq!(hex(&[0x00, 0xaf, 0x10]), "00af10");
    }
}
