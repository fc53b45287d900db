//! The languages that mails are written in, and which of them a reader gets.

use super::{RenderError, Words};
use crate::domain::nearest;

/// The language of readers of any other.
const ENGLISH: (&str, &str) = ("en", include_str!("../../../templates/words/en.ftl"));

/// Each says all that English says.
const OTHERS: [(&str, &str); 6] = [
    ("de", include_str!("../../../templates/words/de.ftl")),
    ("fr", include_str!("../../../templates/words/fr.ftl")),
    ("es", include_str!("../../../templates/words/es.ftl")),
    ("it", include_str!("../../../templates/words/it.ftl")),
    ("pt", include_str!("../../../templates/words/pt.ftl")),
    ("nl", include_str!("../../../templates/words/nl.ftl")),
];

/// The words of all languages.
#[derive(Debug)]
pub(super) struct Languages {
    english: Words,
    others: Vec<Words>,
}

impl Languages {
    /// Reads the words that the program was built with.
    ///
    /// # Errors
    /// When some are not Fluent.
    pub(super) fn load() -> Result<Self, RenderError> {
        let read = |(language, source)| Words::read(language, source);
        Ok(Self {
            english: read(ENGLISH)?,
            others: OTHERS.into_iter().map(read).collect::<Result<_, _>>()?,
        })
    }

    /// The words of the nearest language there is: `pt-BR`, then `pt`, then English (RFC 4647 §3.4).
    pub(super) fn nearest(&self, wished: &str) -> &Words {
        nearest(wished, self.others.iter(), |words| words.language()).unwrap_or(&self.english)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

    use super::*;
    use crate::app::render::marks::Marks;
    use crate::app::render::values::{row, values};
    use crate::domain::{Bill, Content, Kind, SeatCount};
    use types::{Currency, Money, Timestamp};

    /// What every mail may have.
    const SHARED: [&str; 14] = [
        "greeting",
        "link_note",
        "link_help",
        "guide",
        "colon",
        "expire_time",
        "on_date",
        "until_date",
        "weekday",
        "month",
        "money",
        "group_mark",
        "decimal_mark",
        "grouped_from",
    ];
    /// The parts that a mail may have.
    const PARTS: [&str; 8] = ["heading", "lead", "more", "button", "products", "seats", "row", "foot"];

    /// The messages and parts of a source, and of what each of them speaks.
    fn read(source: &str) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
        let mut said = BTreeMap::new();
        let resource = fluent_syntax::parser::parse(source).unwrap();
        for entry in resource.body {
            if let Entry::Message(message) = entry {
                let id = message.id.name;
                assert!(
                    said.insert((id, ""), spoken_of(&message.value.unwrap())).is_none(),
                    "{id}"
                );
                for part in message.attributes {
                    let name = part.id.name;
                    assert!(said.insert((id, name), spoken_of(&part.value)).is_none(), "{id}.{name}");
                }
            } else {
                assert!(matches!(
                    entry,
                    Entry::ResourceComment(_) | Entry::GroupComment(_) | Entry::Comment(_)
                ));
            }
        }
        said
    }

    /// The variables of a text. A reader's full name is their given name, more formally.
    fn spoken_of<'s>(pattern: &Pattern<&'s str>) -> BTreeSet<&'s str> {
        let mut found = BTreeSet::new();
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                collect(expression, &mut found);
            }
        }
        found
    }

    fn collect<'s>(expression: &Expression<&'s str>, found: &mut BTreeSet<&'s str>) {
        let (Expression::Select { selector: inline, .. } | Expression::Inline(inline)) = expression;
        if let InlineExpression::VariableReference { id } = inline {
            found.insert(if id.name == "full_name" { "given_name" } else { id.name });
        }
        if let InlineExpression::Placeable { expression } = inline {
            collect(expression, found);
        }
        if let Expression::Select { variants, .. } = expression {
            found.extend(variants.iter().flat_map(|variant| spoken_of(&variant.value)));
        }
    }

    fn content() -> Content {
        Content {
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            account_name: "Analytical Engines".into(),
            person_name: "Charles Babbage".into(),
            expire_time: Some(Timestamp::from_micros(0)),
            products: Vec::new(),
            bill: Bill {
                invoice_number: Some(7),
                amount: Some(Money::zero(Currency::parse("EUR").unwrap())),
                date: Some("2026-08-03".parse().unwrap()),
                seats: vec![SeatCount {
                    product_name: "Meeting".into(),
                    present: 5,
                    seats: 3,
                }],
            },
        }
    }

    fn marks() -> Marks {
        Languages::load().unwrap().english.marks().clone()
    }

    #[test]
    fn english_has_words_for_every_mail_and_none_for_others() {
        let english = read(ENGLISH.1);
        let kinds = Kind::ALL.map(Kind::as_str);
        let expected: BTreeSet<_> = kinds.into_iter().chain(SHARED).collect();
        let messages: BTreeSet<_> = english.keys().map(|(message, _)| *message).collect();
        assert_eq!(messages, expected);
        for kind in kinds {
            for part in ["lead", "foot"] {
                assert!(english.contains_key(&(kind, part)), "{kind}.{part}");
            }
        }
        for (message, part) in english.keys() {
            assert!(part.is_empty() || PARTS.contains(part), "{message}.{part}");
        }
    }

    #[test]
    fn every_language_says_what_english_says_about_the_same() {
        let english = read(ENGLISH.1);
        for (language, source) in OTHERS {
            assert_eq!(read(source), english, "{language}");
        }
    }

    #[test]
    fn words_speak_of_what_there_is() {
        let content = content();
        let values = row(&content, &content.bill.seats[0], &marks());
        let known: BTreeSet<&str> = values.iter().map(|(name, _)| name).collect();
        for (said, spoken_of) in read(ENGLISH.1) {
            assert!(spoken_of.is_subset(&known), "{said:?}: {spoken_of:?}");
        }
    }

    #[test]
    fn a_difference_is_seen() {
        let cases = [
            "one = { $account }",
            "one = { $account }\n    .lead = { $person }\ntwo = x",
            "one = { $account }\n    .lead = x",
            "one = { $account }\n    .lead = { $person }\n    .foot = x",
            "one = { $account ->\n   *[no] { $guest }\n }\n    .lead = { $person }",
        ];
        let original = read("one = { $account }\n    .lead = { $person }");
        for case in cases {
            assert_ne!(read(case), original, "{case}");
        }
    }

    #[test]
    fn weekdays_and_months_are_all_different_words() {
        let languages = Languages::load().unwrap();
        for words in languages.others.iter().chain([&languages.english]) {
            for (message, count) in [("weekday", 7), ("month", 12)] {
                let mut values = values(&content(), &marks());
                let names = (1..=count).map(|number| {
                    values.set(message, number);
                    words.text(message, &values).unwrap()
                });
                assert_eq!(names.collect::<BTreeSet<_>>().len(), count, "{words:?}: {message}");
            }
        }
    }

    #[test]
    fn the_nearest_language_is_the_longest_beginning_of_the_wished_one() {
        let languages = Languages::load().unwrap();
        let cases = [
            ("de", "de"),
            ("DE", "de"),
            ("de-CH", "de"),
            ("de-Latn-CH-1996", "de"),
            ("pt-BR", "pt"),
            ("PT-br", "pt"),
            ("nl-x-private", "nl"),
            ("en", "en"),
            ("en-GB", "en"),
            ("dex", "en"),
            ("de_CH", "en"),
            ("zh-Hant-TW", "en"),
            ("gsw-de", "en"),
            ("-de", "en"),
            ("", "en"),
        ];
        for (wished, language) in cases {
            assert_eq!(languages.nearest(wished).language(), language, "{wished}");
        }
    }
}
