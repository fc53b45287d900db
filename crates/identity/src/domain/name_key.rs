//! What names are compared, sorted and searched by.

/// The greatest text that is ever compared with a key: longer than any key of nothing but the greatest character.
const LAST_LENGTH: usize = 256;

/// What is the same for names that differ in their case only: lower case by Unicode's full mapping, with one sigma, so that
/// the key of a name's beginning is the beginning of its key.
pub fn name_key(name: &str) -> String {
    name.to_lowercase().replace('ς', "σ")
}

/// The first text after all that begin with `prefix`, in the order of code points.
pub fn end_of_prefix(prefix: &str) -> String {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return characters.into_iter().collect();
        }
    }
    char::MAX.to_string().repeat(LAST_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_have_one_key() {
        for (one, other) in [
            ("Sales", "SALES"),
            ("Vertrieb Süd", "VERTRIEB SÜD"),
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", "οδοσ"),
            ("Продажи", "ПРОДАЖИ"),
            ("Straẞe", "Straße"),
        ] {
            assert_eq!(name_key(one), name_key(other));
        }
        assert_ne!(name_key("Sales"), name_key("Sale"));
    }

    #[test]
    fn the_key_of_a_beginning_is_the_beginning_of_the_key() {
        for name in ["ΟΔΟΣ Α", "ΣΑΣΑ", "İstanbul", "Straẞe"] {
            for (end, _) in name.char_indices() {
                assert!(name_key(name).starts_with(&name_key(&name[..end])), "{name} {end}");
            }
        }
    }

    #[test]
    fn a_prefix_ends_before_the_next_text_that_does_not_begin_with_it() {
        assert_eq!(end_of_prefix("ab"), "ac");
        assert_eq!(end_of_prefix("a\u{d7ff}"), "a\u{e000}");
        assert_eq!(end_of_prefix("a\u{10ffff}"), "b");
        for prefix in ["", "\u{10ffff}"] {
            assert!(end_of_prefix(prefix) > "\u{10ffff}".repeat(64));
        }
    }
}
