//! The cells of a CSV report.

use std::borrow::Cow;

use prost_types::Timestamp as WireTimestamp;
use types::Timestamp;

/// A text that somebody typed. One that a spreadsheet would take for a formula gets a single quote before it, by which
/// spreadsheets know a text (OWASP, "CSV Injection"); every other one stays as it is.
///
/// What we make ourselves (ids, words, numbers, times) is never passed through here, and is never changed.
pub fn typed(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(is_blank).chars().next();
    let formula = first.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if formula || text.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What a spreadsheet may skip before it looks for a formula: white space, and what has no width.
const fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

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
    fn what_looks_like_a_formula_is_a_text() {
        let table = [
            ("=HYPERLINK(\"http://x\")", true),
            ("+1", true),
            ("-1", true),
            ("@SUM(A1)", true),
            ("＝1", true),
            ("＋1", true),
            ("－1", true),
            ("＠A", true),
            (" =1", true),
            ("\u{a0}\u{3000} @A", true),
            ("\u{feff}=1", true),
            ("\u{200b}=1", true),
            ("\t1", true),
            ("\rA", true),
            ("\nA", true),
            ("\t", true),
            ("", false),
            (" ", false),
            ("Ada", false),
            (" Ada", false),
            ("a=b", false),
            ("ada+x@example.com", false),
            ("O'Neill", false),
            ("'=1", false),
            ("1-2", false),
            ("Ada\tB", false),
        ];
        for (text, changed) in table {
            let expected = if changed { format!("'{text}") } else { text.to_owned() };
            assert_eq!(typed(text), expected, "{text:?}");
        }
    }

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
