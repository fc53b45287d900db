//! What Usher itself writes into the cells of a CSV report.

use std::borrow::Cow;

use prost_types::Timestamp as WireTimestamp;
use types::Timestamp;

/// A value of an enum, from its name on the wire: without the prefix that all names of the enum have; empty when unset.
pub fn word(name: &'static str, prefix: &str) -> Cow<'static, str> {
    let word = name.strip_prefix(prefix).unwrap_or(name);
    Cow::Borrowed(if word == "UNSPECIFIED" { "" } else { word })
}

/// A point in time: RFC 3339 in UTC; empty when unset.
pub fn time(time: Option<&WireTimestamp>) -> Cow<'static, str> {
    let Some(time) = time else { return Cow::Borrowed("") };
    let micros = time.seconds.saturating_mul(1_000_000);
    let time = Timestamp::from_micros(micros.saturating_add(i64::from(time.nanos / 1_000)));
    Cow::Owned(time.to_string())
}

/// Several words of our own.
pub fn words(words: &[String]) -> Cow<'static, str> {
    Cow::Owned(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_values_are_plain() {
        assert_eq!(word("STATE_ACTIVE", "STATE_"), "ACTIVE");
        assert_eq!(word("ROLE_UNSPECIFIED", "ROLE_"), "");
        assert_eq!(words(&["meeting".into(), "training".into()]), "meeting training");
        assert_eq!(words(&[]), "");
        let at = WireTimestamp {
            seconds: 1_764_072_000,
            nanos: 5_000,
        };
        assert_eq!(time(Some(&at)), "2025-11-25T12:00:00.000005Z");
        assert_eq!(time(None), "");
    }
}
