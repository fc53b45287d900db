//! A name that a person or an organisation goes by.

use std::fmt;

/// A given, family or account name: 1 to 64 characters, without control or invisible formatting characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing but white space.
    #[error("a name is required")]
    Missing,
    /// More than 64 characters (Unicode scalar values).
    #[error("a name has at most 64 characters")]
    TooLong,
    /// CR, LF, NUL and other control characters, or overrides of the writing direction.
    #[error("a name has no control characters and no direction overrides")]
    Character,
}

const MAX_CHARACTERS: usize = 64;

impl Name {
    /// Reads a name; spaces around it are dropped.
    ///
    /// # Errors
    /// [`InvalidName`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        if text.chars().any(is_refused) {
            return Err(InvalidName::Character);
        }
        let name = text.trim();
        if name.is_empty() {
            return Err(InvalidName::Missing);
        }
        if name.chars().count() > MAX_CHARACTERS {
            return Err(InvalidName::TooLong);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters break headers and terminals; direction overrides make a name read as another one. Joiners stay:
/// several scripts need them.
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_are_names() {
        for text in [
            "Ada",
            "Søren",
            "李",
            "O'Hara-Müller",
            "محمد",
            "نام\u{200c}ها",
            &"x".repeat(64),
        ] {
            assert_eq!(Name::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(Name::parse("  Ada ").unwrap().as_str(), "Ada");
    }

    #[test]
    fn what_is_not_a_name_is_refused_with_its_reason() {
        let cases = [
            ("", InvalidName::Missing),
            ("  ", InvalidName::Missing),
            ("Ada\r\nBcc: x", InvalidName::Character),
            ("Ada\0", InvalidName::Character),
            ("\u{202e}adA", InvalidName::Character),
            (&"x".repeat(65), InvalidName::TooLong),
            (&"x".repeat(1_000_000), InvalidName::TooLong),
        ];
        for (text, reason) in cases {
            assert_eq!(Name::parse(text), Err(reason));
        }
    }
}
