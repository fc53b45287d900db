//! An account's own words for a mail.

use serde::{Deserialize, Serialize};
use types::{AccountId, Language};

use super::nearest::nearest;

/// The most translations of one wording.
pub(crate) const MAX_TRANSLATIONS: usize = 20;
/// The most characters of the name of a wording.
const MAX_ID: usize = 64;

/// Names one version of the words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WordingKey {
    pub(crate) id: String,
    pub(crate) version: i64,
}

/// One version of the words: the same for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) key: WordingKey,
    pub(crate) account: AccountId,
    pub(crate) translations: Translations,
}

/// The words in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Translation {
    /// BCP 47.
    pub(crate) language: String,
    /// The subject, with variables.
    pub(crate) subject: String,
    /// The body, with variables and markup.
    pub(crate) body: String,
}

/// The words in 1 to 20 languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Translations(Vec<Translation>);

/// The texts of a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Subject,
    Body,
}

/// Something that is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) field: Field,
    /// From 1.
    pub(crate) line: u32,
    /// The character in the line, from 1.
    pub(crate) column: u32,
    pub(crate) problem: String,
}

impl WordingKey {
    /// Whether it names anything.
    pub(crate) fn is_good(&self) -> bool {
        let plain = self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain && (1..=MAX_ID).contains(&self.id.len()) && self.version > 0
    }
}

impl Translations {
    /// Takes translations, whatever their texts say.
    ///
    /// # Errors
    /// Tells what is wrong when there are none or more than 20, or one is in no language or in that of an earlier one.
    pub(crate) fn read(translations: Vec<Translation>) -> Result<Self, String> {
        if !(1..=MAX_TRANSLATIONS).contains(&translations.len()) {
            return Err(format!("1 to {MAX_TRANSLATIONS} translations are expected"));
        }
        for (index, translation) in translations.iter().enumerate() {
            let tag = &translation.language;
            if Language::parse(tag).is_err() {
                return Err(format!("translation {index} is in no language"));
            }
            let is_same = |earlier: &Translation| earlier.language.eq_ignore_ascii_case(tag);
            if translations.iter().take(index).any(is_same) {
                return Err(format!("translation {index} is in the language of an earlier one"));
            }
        }
        Ok(Self(translations))
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Translation> {
        self.0.iter()
    }

    /// The one that a reader of `wished` gets: the nearest, or the first; none is there only if a hand has emptied the table.
    pub(crate) fn for_reader(&self, wished: &str) -> Option<&Translation> {
        nearest(wished, self.0.iter(), |translation| &translation.language).or_else(|| self.0.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translations(languages: &[&str]) -> Result<Translations, String> {
        let translation = |language: &&str| Translation {
            language: (*language).to_owned(),
            subject: "Hello".into(),
            body: "<p>Hello</p>".into(),
        };
        Translations::read(languages.iter().map(translation).collect())
    }

    #[test]
    fn a_reader_gets_the_nearest_language_or_the_first() {
        let translations = translations(&["nl", "pt", "pt-BR", "en"]).unwrap();
        let cases = [
            ("pt-BR", "pt-BR"),
            ("PT-br", "pt-BR"),
            ("pt-PT", "pt"),
            ("en-GB", "en"),
            ("de", "nl"),
            ("", "nl"),
        ];
        for (wished, language) in cases {
            let found = translations.for_reader(wished).unwrap();
            assert_eq!(found.language, language, "{wished}");
        }
    }

    #[test]
    fn each_language_is_one_and_is_there_once() {
        assert!(translations(&["de", "de-CH"]).is_ok());
        for languages in [&[][..], &["xx"], &["de", "en", "DE"], &[""], &["en"; 21]] {
            assert!(translations(languages).is_err(), "{languages:?}");
        }
    }

    #[test]
    fn a_key_is_a_plain_word_and_a_version() {
        let key = |id: &str, version| WordingKey { id: id.into(), version };
        assert!(key("emt_01", 1).is_good());
        for bad in [key("", 1), key("emt 1", 1), key("emt_1", 0), key(&"x".repeat(65), 1)] {
            assert!(!bad.is_good(), "{bad:?}");
        }
    }
}
