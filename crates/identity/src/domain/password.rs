//! Passwords, before they are hashed.

use std::fmt;

use super::error::Error;

/// A password of 10 to 256 characters. Any characters do (NIST SP 800-63B §3.1.1.2: length counts, composition rules do not).
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a password.
    ///
    /// # Errors
    /// [`Error::PasswordUnacceptable`] when it is too short or too long.
    pub fn parse(text: String) -> Result<Self, Error> {
        let length = text.chars().take(257).count();
        if (10..=256).contains(&length) {
            Ok(Self(text))
        } else {
            Err(Error::PasswordUnacceptable)
        }
    }

    /// The password itself, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_10_to_256_characters() {
        for (length, good) in [(0, false), (9, false), (10, true), (256, true), (257, false)] {
            assert_eq!(Password::parse("ä".repeat(length)).is_ok(), good, "{length}");
        }
    }
}
