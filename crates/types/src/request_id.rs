//! The name a caller gives a request, so that saying it twice does it once (AIP-155).

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::Timestamp;

/// A UUID chosen by the caller. Version 7 is best: it tells its age, so that one too old to be remembered is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(Uuid);

/// A text that is not a UUID, or is the nil UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request id is a UUID, such as 0198c5b4-7a2e-7c3d-9f10-3b6a2d8e4f51")]
pub struct InvalidRequestId;

impl RequestId {
    /// A new id of version 7.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an id is never a default")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// When the id was made; known of version 7 only.
    #[must_use]
    pub fn issued_at(self) -> Option<Timestamp> {
        if self.0.get_version_num() != 7 {
            return None;
        }
        let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
        let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
        Some(Timestamp::from_micros(micros.checked_add(i64::from(nanos / 1_000))?))
    }
}

impl FromStr for RequestId {
    type Err = InvalidRequestId;

    fn from_str(text: &str) -> Result<Self, InvalidRequestId> {
        match Uuid::try_parse(text) {
            Ok(uuid) if !uuid.is_nil() => Ok(Self(uuid)),
            Ok(_) | Err(_) => Err(InvalidRequestId),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_uuid_are_one_id() {
        let id = RequestId::new();
        let text = id.to_string();
        assert_eq!(text.to_uppercase().parse(), Ok(id));
        assert_eq!(text.replace('-', "").parse(), Ok(id));
    }

    #[test]
    fn only_version_7_tells_its_age() {
        assert!(RequestId::new().issued_at().is_some());
        assert!(RequestId(Uuid::new_v4()).issued_at().is_none());
    }

    #[test]
    fn what_is_not_a_uuid_is_refused() {
        for text in ["", "1", "00000000-0000-0000-0000-000000000000", "not-a-uuid"] {
            assert_eq!(text.parse::<RequestId>(), Err(InvalidRequestId));
        }
    }
}
