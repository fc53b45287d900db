//! Typed ids: a prefix that says of what, and a UUIDv7 (RFC 9562) that sorts by creation.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Timestamp;

/// What an id is of.
pub trait Kind {
    /// The letters before the underscore.
    const PREFIX: &'static str;
}

/// An id of a `K`, written `<prefix>_<32 lower-case hexadecimal digits>`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// A text that is not an id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id of the form {prefix}_ and 32 hexadecimal digits is expected")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl<K: Kind> Id<K> {
    /// A new id, greater than those made before it on this machine.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an id is never a default")]
    pub fn new() -> Self {
        Self(Uuid::now_v7(), PhantomData)
    }

    /// A new id made at `now` that cannot be guessed from others, not even from those made right before or after it:
    /// 74 of its bits are `random`'s.
    #[must_use]
    pub fn unguessable(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.micros() / 1_000).unwrap_or_default();
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Self(uuid, PhantomData)
    }

    /// The id of this kind that is always the same for the same UUID.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID without its kind.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.0.simple())
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { prefix: K::PREFIX };
        let digits = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or(invalid)?;
        // One text an id: the UUID parser would also take hyphens, braces and capitals.
        let plain = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let uuid = Uuid::try_parse(digits).ok().filter(|_| plain).ok_or(invalid)?;
        Ok(Self(uuid, PhantomData))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $id:ident $prefix:literal;)+) => {
        /// The kinds of things that have ids.
        pub mod kind {
            $($(#[$doc])* #[derive(Debug)] pub enum $kind {})+
        }
        $(
            impl Kind for kind::$kind {
                const PREFIX: &'static str = $prefix;
            }
            $(#[$doc])*
            pub type $id = Id<kind::$kind>;
        )+
    };
}

kinds! {
    /// An organisation and everything it owns.
    Account AccountId "acc";
    /// A person who belongs to an account.
    User UserId "usr";
    /// An offer to join an account, or to move to it.
    Invitation InvitationId "inv";
    /// An import of people from a file.
    Import ImportId "imp";
    /// A log-in and the refresh tokens that follow from it.
    Session SessionId "ses";
    /// A group of users in an account.
    Group GroupId "grp";
    /// A role of an account's own.
    Role RoleId "rol";
    /// A settings template.
    Template TemplateId "tpl";
    /// A welcome e-mail of an account's own.
    EmailTemplate EmailTemplateId "emt";
    /// One e-mail to one person.
    Mail MailId "eml";
    /// An account's subscription to a plan.
    Subscription SubscriptionId "sub";
    /// What an account is asked to pay, or is given back.
    Invoice InvoiceId "ivc";
    /// Somebody's wish to have an account of their own, until they have proved their address.
    SignUp SignUpId "sgn";
    /// A user's wish to choose a new password, until they have proved their address.
    PasswordReset PasswordResetId "pwr";
    /// One entry of an account's audit log.
    AuditEvent AuditEventId "aud";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = UserId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    }

    #[test]
    fn ids_of_another_kind_or_spelling_are_refused() {
        let user = UserId::new().to_string();
        let cases = [
            String::new(),
            "usr".into(),
            "usr_".into(),
            AccountId::new().to_string(),
            user.to_uppercase(),
            format!("{user}0"),
            format!("usr_{}", Uuid::now_v7()),
            format!(" {user}"),
        ];
        for text in cases {
            assert_eq!(text.parse::<UserId>(), Err(InvalidId { prefix: "usr" }), "{text}");
        }
    }

    #[test]
    fn an_unguessable_id_sorts_by_time_and_keeps_its_random_bits() {
        let id = |micros, octet| UserId::unguessable(Timestamp::from_micros(micros), [octet; 10]);
        assert!(id(1_000, 255) < id(2_000, 0));
        assert_ne!(id(1_000, 1), id(1_000, 2));
        assert_eq!(id(1_000, 1).uuid().get_version_num(), 7);
        assert_eq!(id(1_000, 1).to_string().parse(), Ok(id(1_000, 1)));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids: Vec<_> = (0..100).map(|_| UserId::new()).collect();
        assert!(ids.is_sorted());
    }
}
