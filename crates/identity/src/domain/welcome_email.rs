//! Welcome e-mails of an account's own.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use types::{AccountId, EmailTemplateId, Language, Name, Timestamp};

use super::account::Account;
use super::fault::{Fault, Violation};

/// The most welcome e-mails that an account has.
pub const MAX_WELCOME_EMAILS: u64 = 100;
/// The most translations of one of them.
const MAX_TRANSLATIONS: usize = 20;

/// A welcome e-mail, apart from what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WelcomeEmail {
    /// Its id.
    pub id: EmailTemplateId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// The languages of its translations, in their order.
    pub languages: Vec<String>,
    /// The version of its translations.
    pub version: i64,
    /// Rises with each change.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

/// What it says in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// BCP 47.
    pub language: String,
    /// The subject, with variables.
    pub subject: String,
    /// The body, with variables and markup.
    pub body: String,
}

/// Names what a welcome e-mail says, or has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WelcomeEmailVersion {
    /// The welcome e-mail.
    pub id: EmailTemplateId,
    /// The version, from 1.
    pub version: i64,
}

/// A welcome e-mail as it is shown.
#[derive(Clone, Debug)]
pub struct ShownWelcomeEmail {
    /// The e-mail.
    pub email: WelcomeEmail,
    /// What it says; nothing where that is not shown.
    pub translations: Vec<Translation>,
    /// Whether it is its account's default.
    pub is_default: bool,
}

/// Which welcome e-mail somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// The account's default, or the system's.
    Default,
    /// One of the account's own.
    Own(EmailTemplateId),
    /// None.
    Declined,
}

/// Something that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFlaw {
    /// The text's path in the request.
    pub field: String,
    /// The line, from 1.
    pub line: i32,
    /// The character in the line, from 1.
    pub column: i32,
    /// What is wrong.
    pub problem: String,
}

/// The present versions of welcome e-mails, by the accounts they belong to.
pub type PresentVersions = HashMap<(AccountId, EmailTemplateId), i64>;

/// What somebody is sent who is invited to join `account`: what was chosen for them, or else the account's default, as far as
/// they are there; none for the system's.
pub fn version_for(
    account: &Account,
    chosen: Option<EmailTemplateId>,
    present: &PresentVersions,
) -> Option<WelcomeEmailVersion> {
    let version = |id: EmailTemplateId| {
        let version = *present.get(&(account.id, id))?;
        Some(WelcomeEmailVersion { id, version })
    };
    chosen
        .and_then(version)
        .or_else(|| account.welcome_email_id.and_then(version))
}

/// Who reads a sample of a welcome e-mail.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The language they read.
    pub language: String,
    /// Their given name.
    pub given_name: String,
    /// Their family name.
    pub family_name: String,
    /// The account's name.
    pub account_name: String,
    /// Who invites.
    pub inviter_name: String,
    /// What looks like the link.
    pub link: String,
    /// When it would stop working.
    pub expire_time: Timestamp,
    /// Names and guides of the products granted, sorted by name.
    pub products: Vec<(String, String)>,
}

/// A welcome e-mail, written.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The language of the translation.
    pub language: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl Welcome {
    /// Whether an e-mail is sent.
    pub const fn is_sent(self) -> bool {
        !matches!(self, Self::Declined)
    }

    /// The one of the account's own that was chosen.
    pub const fn own(self) -> Option<EmailTemplateId> {
        match self {
            Self::Own(id) => Some(id),
            Self::Default | Self::Declined => None,
        }
    }
}

impl WelcomeEmail {
    /// The version that its translations have.
    pub const fn present(&self) -> WelcomeEmailVersion {
        WelcomeEmailVersion {
            id: self.id,
            version: self.version,
        }
    }

    /// The same with another name or other translations; what is none stays.
    #[must_use]
    pub fn changed(
        &self,
        name: Option<&Name>,
        said: &[Translation],
        translations: Option<&[Translation]>,
        now: Timestamp,
    ) -> Self {
        let mut changed = self.clone();
        if let Some(name) = name {
            changed.name = name.to_string();
        }
        if let Some(translations) = translations.filter(|translations| *translations != said) {
            changed.languages = languages(translations);
            changed.version = self.version.saturating_add(1);
        }
        if changed != *self {
            changed.revision = self.revision.saturating_add(1);
            changed.update_time = now;
        }
        changed
    }
}

/// The welcome e-mail of this id, which is one of those that the account has.
///
/// # Errors
/// [`Fault::IdMalformed`], [`Fault::EmailTemplateNotFound`].
pub fn own_welcome(id: &str, known: &HashSet<EmailTemplateId>) -> Result<EmailTemplateId, Fault> {
    let id = id.parse().map_err(|_| Fault::IdMalformed)?;
    known.get(&id).copied().ok_or(Fault::EmailTemplateNotFound)
}

/// The languages of translations, in their order.
pub fn languages(translations: &[Translation]) -> Vec<String> {
    translations
        .iter()
        .map(|translation| translation.language.clone())
        .collect()
}

/// Reads the translations that stand in `field`, their languages in the usual spelling.
///
/// # Errors
/// None or more than 20, and every language that is none or that of an earlier one.
pub fn read_translations(translations: Vec<Translation>, field: &str) -> Result<Vec<Translation>, Vec<Violation>> {
    if !(1..=MAX_TRANSLATIONS).contains(&translations.len()) {
        return Err(vec![Violation::new(Fault::TranslationsCount, field)]);
    }
    let (mut seen, mut violations) = (HashSet::new(), Vec::new());
    let mut read = Vec::with_capacity(translations.len());
    for (index, translation) in translations.into_iter().enumerate() {
        let fault = match Language::parse(&translation.language) {
            Ok(language) if seen.insert(language.to_string()) => {
                let language = language.to_string();
                read.push(Translation {
                    language,
                    ..translation
                });
                continue;
            }
            Ok(_) => Fault::LanguageRepeated,
            Err(_) => Fault::LanguageUnknown,
        };
        violations.push(Violation::new(fault, format!("{field}[{index}].language")));
    }
    if violations.is_empty() {
        Ok(read)
    } else {
        Err(violations)
    }
}

#[cfg(test)]
mod tests {
    use super::super::account;
    use super::*;

    fn translation(language: &str) -> Translation {
        Translation {
            language: language.into(),
            subject: "Hello".into(),
            body: "<p>Hello</p>".into(),
        }
    }

    fn read(languages: &[&str]) -> Result<Vec<String>, Vec<(Fault, String)>> {
        let translations = languages.iter().map(|language| translation(language)).collect();
        let read = read_translations(translations, "translations");
        let faults = |violations: Vec<Violation>| violations.into_iter().map(|it| (it.fault, it.field)).collect();
        read.map(|read| super::languages(&read)).map_err(faults)
    }

    #[test]
    fn each_language_is_one_and_is_there_once() {
        assert_eq!(read(&["pt-br", "DE"]).unwrap(), ["pt-BR", "de"]);
        let path = |index: usize| format!("translations[{index}].language");
        assert_eq!(
            read(&["en", "xx", "EN", ""]).unwrap_err(),
            [
                (Fault::LanguageUnknown, path(1)),
                (Fault::LanguageRepeated, path(2)),
                (Fault::LanguageUnknown, path(3))
            ]
        );
        for languages in [&[][..], &["en"; 21]] {
            let expected = [(Fault::TranslationsCount, "translations".to_owned())];
            assert_eq!(read(languages).unwrap_err(), expected);
        }
    }

    #[test]
    fn the_chosen_one_is_sent_or_else_the_default_if_it_is_there() {
        let (chosen, default) = (EmailTemplateId::new(), EmailTemplateId::new());
        let with_default = Account {
            welcome_email_id: Some(default),
            ..account::specimen()
        };
        let without = Account {
            welcome_email_id: None,
            ..with_default.clone()
        };
        let present = |ids: &[EmailTemplateId]| ids.iter().map(|id| ((with_default.id, *id), 5)).collect();
        let both: PresentVersions = present(&[chosen, default]);
        let cases = [
            (&with_default, Some(chosen), both.clone(), Some(chosen)),
            (&with_default, None, both.clone(), Some(default)),
            (&with_default, Some(chosen), present(&[default]), Some(default)),
            (&with_default, Some(chosen), present(&[]), None),
            (&without, None, both.clone(), None),
            (&without, Some(chosen), both, Some(chosen)),
        ];
        for (account, wish, present, expected) in cases {
            let version = version_for(account, wish, &present);
            let expected = expected.map(|id| WelcomeEmailVersion { id, version: 5 });
            assert_eq!(version, expected);
        }
        let others = HashMap::from([((AccountId::new(), chosen), 5)]);
        assert_eq!(version_for(&without, Some(chosen), &others), None);
    }

    #[test]
    fn only_other_translations_make_another_version() {
        let before = WelcomeEmail {
            id: EmailTemplateId::new(),
            account_id: AccountId::new(),
            name: "Sales".into(),
            languages: vec!["en".into()],
            version: 3,
            revision: 7,
            create_time: Timestamp::from_micros(0),
            update_time: Timestamp::from_micros(0),
        };
        let (english, both) = ([translation("en")], [translation("en"), translation("de")]);
        let now = Timestamp::from_micros(1);
        let name = Name::parse("Support").unwrap();
        assert_eq!(before.changed(None, &english, Some(&english), now), before);
        let renamed = before.changed(Some(&name), &english, None, now);
        assert_eq!((renamed.version, renamed.revision, renamed.update_time), (3, 8, now));
        let changed = before.changed(None, &english, Some(&both), now);
        assert_eq!((changed.version, changed.revision), (4, 8));
        assert_eq!(changed.languages, ["en", "de"]);
    }
}
