//! Accounts' own words as they come over the wire.

use proto::notification::internal::v1 as internal;

use crate::domain::{Translation, Translations, Violation, Wording, WordingKey};
use crate::error::Error;

/// The words in several languages.
pub(super) fn translations(translations: Vec<internal::Translation>) -> Result<Translations, Error> {
    read(translations).map_err(|problem| malformed("translations", problem))
}

/// The words number `index` of an order.
pub(super) fn wording(index: usize, wording: internal::Wording) -> Result<Wording, Error> {
    let field = |name: &str| format!("wordings[{index}].{name}");
    let key = key(wording.key.unwrap_or_default());
    if !key.is_good() {
        return Err(malformed(&field("key"), "an id and a version are expected"));
    }
    let account = wording.account_id.parse();
    let translations = read(wording.translations);
    Ok(Wording {
        key,
        account: account.map_err(|error| malformed(&field("account_id"), error))?,
        translations: translations.map_err(|problem| malformed(&field("translations"), problem))?,
    })
}

/// Which words.
pub(super) fn key(key: internal::WordingKey) -> WordingKey {
    WordingKey {
        id: key.id,
        version: key.version,
    }
}

fn read(translations: Vec<internal::Translation>) -> Result<Translations, String> {
    let translation = |translation: internal::Translation| Translation {
        language: translation.language,
        subject: translation.subject,
        body: translation.body,
    };
    Translations::read(translations.into_iter().map(translation).collect())
}

fn malformed(field: &str, problem: impl ToString) -> Error {
    Error::WordingMalformed(Violation {
        field: field.to_owned(),
        problem: problem.to_string(),
    })
}
