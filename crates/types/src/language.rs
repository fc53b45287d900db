//! The language somebody reads, as a BCP 47 tag.

use std::fmt;

/// A well-formed BCP 47 tag (RFC 5646) whose language exists in ISO 639, in the tag's usual spelling: `de`, `pt-BR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Language(String);

/// A text that is not the tag of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the tag of a language (BCP 47), such as en, de or pt-BR")]
pub struct InvalidLanguage;

/// Longer tags are legal but say nothing that Usher uses.
const MAX_OCTETS: usize = 35;

impl Language {
    /// Reads a tag, in any case.
    ///
    /// # Errors
    /// [`InvalidLanguage`] when the tag is not well-formed, is longer than 35 octets, or its language has no ISO 639 code.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguage> {
        if text.len() > MAX_OCTETS {
            return Err(InvalidLanguage);
        }
        let tag = oxilangtag::LanguageTag::parse_and_normalize(text).map_err(|_| InvalidLanguage)?;
        let primary = tag.primary_language();
        let exists = isolang::Language::from_639_1(primary).or_else(|| isolang::Language::from_639_3(primary));
        exists.map(|_| Self(tag.into_inner())).ok_or(InvalidLanguage)
    }

    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_in_their_usual_spelling() {
        for (text, tag) in [
            ("en", "en"),
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("gsw", "gsw"),
        ] {
            assert_eq!(Language::parse(text).unwrap().as_str(), tag);
        }
    }

    #[test]
    fn languages_that_do_not_exist_are_refused() {
        for text in [
            "",
            "xx",
            "qq-DE",
            "english",
            "en_US",
            "e",
            "en-",
            "x-private",
            "de\n",
            &"a".repeat(36),
        ] {
            assert_eq!(Language::parse(text), Err(InvalidLanguage), "{text}");
        }
    }
}
