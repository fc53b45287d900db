//! The words in which a failure is told.

/// Longer explanations are cut.
const MAX_CHARACTERS: usize = 500;

/// `text` as one line of at most 500 characters, without control or invisible formatting characters: it is a stranger's.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|&c| !is_formatting(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(MAX_CHARACTERS).collect()
}

/// Line separators, and overrides of the writing direction, by which a text reads as another one.
pub(crate) const fn is_formatting(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        let cases = [
            ("550 5.1.1 no such user", "550 5.1.1 no such user"),
            ("550-5.1.1 no\r\n550 such\tuser\0", "550-5.1.1 no 550 such user"),
            ("  550  \u{1b}[31mred \u{202e}derever ", "550 [31mred derever"),
            ("", ""),
        ];
        for (text, line) in cases {
            assert_eq!(one_line(text), line);
        }
        assert_eq!(one_line(&"é".repeat(10_000)).chars().count(), MAX_CHARACTERS);
    }
}
