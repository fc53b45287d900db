//! The words in the cells.

use prost_types::Timestamp;

/// A value of an enum, from its name on the wire: without the prefix that all names of the enum have; empty when unset.
pub(crate) fn word(name: &str, prefix: &str) -> String {
    let word = name.strip_prefix(prefix).unwrap_or(name);
    if word == "UNSPECIFIED" { "" } else { word }.to_owned()
}

/// A point in time in RFC 3339; empty when unset.
pub(crate) fn time(time: Option<&Timestamp>) -> String {
    time.map(ToString::to_string).unwrap_or_default()
}

/// Several ids of products in one cell.
pub(crate) fn products(products: &[String]) -> String {
    products.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_the_unset_is_empty() {
        assert_eq!(word("STATE_ACTIVE", "STATE_"), "ACTIVE");
        assert_eq!(word("ROLE_UNSPECIFIED", "ROLE_"), "");
        assert_eq!(products(&["meeting".into(), "training".into()]), "meeting|training");
        let at = Timestamp {
            seconds: 1_764_072_000,
            nanos: 0,
        };
        assert_eq!(time(Some(&at)), "2025-11-25T12:00:00Z");
        assert_eq!(time(None), "");
    }
}
