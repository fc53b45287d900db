//! Texts in the cells of a spreadsheet.

use std::borrow::Cow;

const QUOTE: char = '\'';

/// A text that somebody typed, as it stands in a CSV file. One that a spreadsheet would take for a formula gets a single
/// quote before it, by which spreadsheets know a text (OWASP, "CSV Injection"); every other one stays as it is.
///
/// What we make ourselves (ids, words, numbers, times) is never passed through here, and is never changed.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches(QUOTE)) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What somebody typed, from how [`cell`] wrote it.
#[must_use]
pub fn literal(cell: &str) -> &str {
    let text = cell.strip_prefix(QUOTE);
    text.filter(|text| is_formula(text.trim_start_matches(QUOTE)))
        .unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    let first = text.trim_start_matches(is_blank).chars().next();
    let begins = first.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    begins || text.starts_with(['\t', '\r', '\n'])
}

/// What a spreadsheet may skip before it looks for a formula: white space, and what has no width.
const fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
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
            ("'=1", true),
            ("''+1", true),
            ("1-2", false),
            ("Ada\tB", false),
        ];
        for (text, changed) in table {
            let expected = if changed { format!("'{text}") } else { text.to_owned() };
            assert_eq!(cell(text), expected, "{text:?}");
            assert_eq!(literal(&expected), text);
        }
        assert_eq!(literal("'Neill"), "'Neill");
    }
}
