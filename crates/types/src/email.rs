//! An e-mail address: how it was written, and the one form by which it is compared.

use std::fmt;

/// An address as it was typed, with its canonical form.
///
/// Two addresses are the same person when their canonical forms are equal: ASCII letters in lower case, the domain in its
/// ASCII form by UTS 46 (non-transitional, STD 3 rules). Mail goes to the address as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email {
    address: String,
    canonical: String,
}

/// Why a text is not an address that Usher accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// Nothing was given.
    #[error("an e-mail address is required")]
    Missing,
    /// Longer than 254 octets (RFC 5321 §4.5.3.1.3, less the brackets), typed or canonical.
    #[error("an e-mail address has at most 254 octets")]
    TooLong,
    /// Control, white-space or invisible characters.
    #[error("an e-mail address has no spaces, control or invisible characters")]
    Character,
    /// Not `local@domain` with a dot-atom (RFC 5322 §3.2.3) and a domain name of two labels or more.
    #[error("this is not an e-mail address")]
    Malformed,
}

const MAX_OCTETS: usize = 254;
const MAX_LOCAL_OCTETS: usize = 64;

impl Email {
    /// Reads an address; white space around it is dropped.
    ///
    /// # Errors
    /// [`InvalidEmail`] says what is wrong. Quoted local parts and address literals, though legal in RFC 5321, are
    /// `Malformed`: no mailbox of an organisation has one, and they are a way to smuggle characters into mail headers.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim_matches([' ', '\t']);
        if address.is_empty() {
            return Err(InvalidEmail::Missing);
        }
        if address.len() > MAX_OCTETS {
            return Err(InvalidEmail::TooLong);
        }
        if address.chars().any(is_refused) {
            return Err(InvalidEmail::Character);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(InvalidEmail::Malformed)?;
        if !is_dot_atom(local) || local.len() > MAX_LOCAL_OCTETS {
            return Err(InvalidEmail::Malformed);
        }
        let domain = canonical_domain(domain)?;
        let canonical = format!("{}@{domain}", local.to_ascii_lowercase());
        if canonical.len() > MAX_OCTETS {
            return Err(InvalidEmail::TooLong);
        }
        Ok(Self {
            address: address.to_owned(),
            canonical,
        })
    }

    /// The address as it was typed.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The form that is unique over all accounts.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The domain of the canonical form: in ASCII and lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.canonical.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

/// Spaces and what cannot be seen: such characters make two addresses look like one.
fn is_refused(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// RFC 5322 §3.2.3, widened to the letters of RFC 6532.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
            })
    })
}

fn canonical_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail::Malformed)?;
    let labels: Vec<&str> = ascii.split('.').collect();
    let top_is_a_name = labels
        .last()
        .is_some_and(|top| !top.bytes().all(|b| b.is_ascii_digit()));
    if labels.len() < 2 || !top_is_a_name || labels.iter().any(|label| label.is_empty()) {
        return Err(InvalidEmail::Malformed);
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_one_mailbox_have_one_canonical_form() {
        let cases = [
            ("Ada@Example.COM", "ada@example.com"),
            ("  ada@example.com\t", "ada@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ADA@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("ada+tag@example.com", "ada+tag@example.com"),
            ("o'hara@example.com", "o'hara@example.com"),
            ("ada@example。com", "ada@example.com"),
        ];
        for (text, canonical) in cases {
            assert_eq!(Email::parse(text).unwrap().canonical(), canonical, "{text}");
        }
    }

    #[test]
    fn a_look_alike_is_another_mailbox() {
        let latin = Email::parse("ada@example.com").unwrap();
        let cyrillic = Email::parse("\u{430}da@example.com").unwrap();
        assert_ne!(latin.canonical(), cyrillic.canonical());
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_reason() {
        use InvalidEmail::{Character, Malformed, Missing, TooLong};
        let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(190));
        let cases = [
            ("", Missing),
            ("   ", Missing),
            ("ada", Malformed),
            ("ada@", Malformed),
            ("@example.com", Malformed),
            ("ada@example", Malformed),
            ("ada@example..com", Malformed),
            ("ada@example.com.", Malformed),
            (".ada@example.com", Malformed),
            ("a..da@example.com", Malformed),
            ("a@b@example.com", Malformed),
            ("\"a b\"@example.com", Character),
            ("\"ab\"@example.com", Malformed),
            ("ada@[127.0.0.1]", Malformed),
            ("ada@127.0.0.1", Malformed),
            ("ada@-example.com", Malformed),
            ("ada@exa_mple.com", Malformed),
            ("ada lovelace@example.com", Character),
            ("ada@example.com\r\nBcc: eve@example.com", Character),
            ("ada\0@example.com", Character),
            ("a\u{200b}da@example.com", Character),
            ("ada@exa\u{ad}mple.com", Character),
            ("\u{202e}ada@example.com", Character),
            ("Ada <ada@example.com>", Character),
            ("<ada@example.com>", Malformed),
            (long.as_str(), TooLong),
        ];
        for (text, reason) in cases {
            assert_eq!(Email::parse(text), Err(reason), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(text in "\\PC{1,20}@[a-zA-Zäöü]{1,10}\\.[a-z]{2,5}") {
            if let Ok(email) = Email::parse(&text) {
                let again = Email::parse(email.canonical()).unwrap();
                prop_assert_eq!(again.canonical(), email.canonical());
            }
        }
    }
}
