//! Texts that somebody typed, made harmless for a terminal.

use std::fmt::Write as _;

/// The text with every character spelled out that a terminal would obey instead of showing it, or that would turn round
/// what stands beside it.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) {
            shown.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", c.escape_default());
        }
    }
    shown
}

/// Neither a control character nor one of those that change the direction of text or have no width.
fn is_harmless(c: char) -> bool {
    !(c.is_control()
        || matches!(
            c,
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{061C}'
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing() {
        let table = [
            ("Ada", "Ada"),
            ("Zoë 李", "Zoë 李"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("a\u{9b}b", "a\\u{9b}b"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("a\u{200b}b", "a\\u{200b}b"),
        ];
        for (text, shown) in table {
            assert_eq!(printable(text), shown, "{text:?}");
        }
    }
}
