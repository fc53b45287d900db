//! Writes letters: fills the templates of the reader's language.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use types::Timestamp;

use crate::domain::{GrantedProduct, Kind, Letter, Link, Mail, one_line};

/// The language that every mail exists in.
const FALLBACK: &str = "en";

/// The templates of one kind of mail in one language.
struct Source {
    language: &'static str,
    kind: Kind,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! source {
    ($language:literal, $kind:expr, $name:literal) => {
        Source {
            language: $language,
            kind: $kind,
            subject: include_str!(concat!("../../templates/", $language, "/", $name, ".subject")),
            text: include_str!(concat!("../../templates/", $language, "/", $name, ".txt")),
            html: include_str!(concat!("../../templates/", $language, "/", $name, ".html")),
        }
    };
}

const SOURCES: [Source; 11] = [
    source!("en", Kind::Welcome, "welcome"),
    source!("en", Kind::Transfer, "transfer"),
    source!("en", Kind::SignUp, "sign_up"),
    source!("en", Kind::SignUpKnown, "sign_up_known"),
    source!("en", Kind::PasswordReset, "password_reset"),
    source!("en", Kind::PasswordChanged, "password_changed"),
    source!("en", Kind::TransferJoined, "transfer_joined"),
    source!("en", Kind::TransferLeft, "transfer_left"),
    source!("en", Kind::BillingContactOffered, "billing_contact_offered"),
    source!("en", Kind::BillingContactChanged, "billing_contact_changed"),
    source!("en", Kind::AccountClosed, "account_closed"),
];

/// What every HTML part has around its words.
const LAYOUT: &str = include_str!("../../templates/layout.html");

/// Every template, read once.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Reads the templates that the program was built with.
    ///
    /// # Errors
    /// When one of them is not a template.
    pub(crate) fn load() -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // A tag alone on its line leaves no line behind.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        environment.add_template("layout.html", LAYOUT)?;
        for source in SOURCES {
            for (part, text) in [("subject", source.subject), ("txt", source.text), ("html", source.html)] {
                environment.add_template_owned(name(source.language, source.kind, part), text)?;
            }
        }
        Ok(Self(environment))
    }

    /// The letter that `mail` is. What people chose (names) is only ever a value, never a template.
    pub(crate) fn render(&self, mail: &Mail) -> Result<Letter, minijinja::Error> {
        let language = language(&mail.language, mail.kind);
        let content = &mail.content;
        let product = |product: &GrantedProduct| {
            context! { name => product.name.as_str(), guide_url => product.guide_url.as_str() }
        };
        let values = context! {
            given_name => content.given_name.as_str(),
            family_name => content.family_name.as_str(),
            account_name => content.account_name.as_str(),
            person_name => content.person_name.as_str(),
            products => content.products.iter().map(product).collect::<Vec<_>>(),
            link => mail.link.as_ref().map(Link::expose),
            expire_time => content.expire_time.map(moment),
            language,
        };
        let part = |part| {
            self.0
                .get_template(&name(language, mail.kind, part))?
                .render(values.clone())
        };
        Ok(Letter {
            id: mail.id,
            to: mail.to.clone(),
            to_name: content.reader_name(),
            subject: one_line(&part("subject")?),
            text: part("txt")?,
            html: part("html")?,
            language,
            message_id: mail.message_id.clone(),
            date: mail.create_time,
        })
    }
}

fn name(language: &str, kind: Kind, part: &str) -> String {
    format!("{language}/{}.{part}", kind.as_str())
}

/// The nearest language that there are templates in: `pt-BR`, then `pt`, then English (RFC 4647 §3.4).
fn language(wished: &str, kind: Kind) -> &'static str {
    let exists = |tag: &str| {
        let found = SOURCES
            .iter()
            .find(|source| source.kind == kind && source.language.eq_ignore_ascii_case(tag));
        found.map(|source| source.language)
    };
    let ends = wished.match_indices('-').map(|(end, _)| end).rev();
    exists(wished)
        .or_else(|| ends.into_iter().find_map(|end| exists(&wished[..end])))
        .unwrap_or(FALLBACK)
}

/// The reader's time zone is not known here.
fn moment(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::MAX);
    time.strftime("%A, %-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use types::{Email, MailId};

    use super::*;
    use crate::domain::{Content, Link};

    fn mail(kind: Kind) -> Mail {
        Mail {
            id: MailId::new(),
            kind,
            to: Email::parse("ada@example.com").unwrap(),
            language: "de-CH".into(),
            content: Content {
                given_name: "Ada".into(),
                family_name: "Lovelace".into(),
                account_name: "Analytical Engines".into(),
                person_name: "Charles Babbage".into(),
                expire_time: Some(Timestamp::from_micros(1_796_000_000_000_000)),
                products: vec![
                    GrantedProduct {
                        name: "Meeting".into(),
                        guide_url: "https://usher.example/meeting".into(),
                    },
                    GrantedProduct {
                        name: "Phone".into(),
                        guide_url: String::new(),
                    },
                ],
            },
            link: Some(Link::new("https://usher.example/accept/abc?a=1&b=2")),
            message_id: "<eml_1@usher.example>".into(),
            create_time: Timestamp::from_micros(0),
            attempts: 1,
            owner: "owner".into(),
        }
    }

    #[test]
    fn the_text_says_how_to_begin() {
        let letter = Templates::load().unwrap().render(&mail(Kind::Welcome)).unwrap();
        assert_eq!(letter.subject, "Charles Babbage invited you to Analytical Engines");
        let expected = "\
Hello Ada,

Charles Babbage has invited you to join Analytical Engines.

Accept the invitation and choose your password here:

https://usher.example/accept/abc?a=1&b=2

The link is for you alone, and works until Monday, 30 November 2026, 00:53 UTC.

Analytical Engines has licensed these products to you:

  * Meeting
    How to get started: https://usher.example/meeting

  * Phone

If you do not know Analytical Engines, ignore this e-mail: nothing happens unless you accept.";
        assert_eq!(letter.text, expected);
    }

    /// A mail of this kind without what it does not need.
    fn bare(kind: Kind) -> Mail {
        let mut mail = mail(kind);
        let needs = kind.needs();
        if !needs.link {
            mail.link = None;
            mail.content.expire_time = None;
        }
        if !needs.person {
            mail.content.person_name.clear();
        }
        mail.content.given_name.clear();
        mail.content.products.clear();
        mail
    }

    #[test]
    fn every_kind_carries_the_names_and_the_link_in_both_parts() {
        let templates = Templates::load().unwrap();
        for kind in Kind::ALL {
            let letter = templates.render(&mail(kind)).unwrap();
            let needs = kind.needs();
            let html = letter.html.replace("&#x2f;", "/").replace("&amp;", "&");
            for part in [&letter.text, &html] {
                let words = [
                    (true, "Ada"),
                    (true, "Analytical Engines"),
                    (needs.person || needs.invitation, "Charles Babbage"),
                    (needs.invitation, "https://usher.example/meeting"),
                    (needs.link, "30 November 2026"),
                    (needs.link, "https://usher.example/accept/abc?a=1&b=2"),
                ];
                for (expected, words) in words {
                    assert!(!expected || part.contains(words), "{words} is missing in {part}");
                }
            }
            assert!(!letter.html.contains("<script"));
        }
    }

    #[test]
    fn every_kind_is_written_without_what_it_does_not_need() {
        let templates = Templates::load().unwrap();
        for kind in Kind::ALL {
            let letter = templates.render(&bare(kind)).unwrap();
            assert!(letter.text.starts_with("Hello,\n\n"), "{}", letter.text);
            assert!(
                !letter.subject.is_empty() && letter.html.contains("</html>"),
                "{kind:?}"
            );
            assert!(letter.html.contains("<html lang=\"en\">"), "{}", letter.html);
            assert!(
                !letter.text.contains("none") && !letter.text.contains("\n\n\n"),
                "{}",
                letter.text
            );
        }
    }

    #[test]
    fn names_are_values_and_never_templates_or_markup() {
        let templates = Templates::load().unwrap();
        let hostile = "{{ link }}{% raw %}</title><script>alert('1')</script>\" onclick=\"x";
        for kind in Kind::ALL {
            let mut mail = mail(kind);
            mail.content.given_name = hostile.into();
            mail.content.account_name = hostile.into();
            mail.content.person_name = hostile.into();
            mail.content.products[0].name = hostile.into();
            let letter = templates.render(&mail).unwrap();
            assert!(letter.text.contains(hostile));
            assert!(!letter.html.contains("<script"), "{}", letter.html);
            assert!(!letter.html.contains("\" onclick"), "{}", letter.html);
            assert!(letter.html.contains("{{ link }}"), "{}", letter.html);
            let named = !matches!(kind, Kind::SignUpKnown | Kind::PasswordReset | Kind::PasswordChanged);
            assert_eq!(letter.subject.contains("{{ link }}"), named, "{}", letter.subject);
        }
    }

    #[test]
    fn what_is_not_known_leaves_no_hole() {
        let mut mail = mail(Kind::Welcome);
        mail.content.given_name.clear();
        mail.content.person_name.clear();
        mail.content.products.clear();
        let letter = Templates::load().unwrap().render(&mail).unwrap();
        assert_eq!(letter.subject, "You are invited to Analytical Engines");
        assert!(
            letter
                .text
                .starts_with("Hello,\n\nYou have been invited to join Analytical Engines.\n\n")
        );
        assert!(!letter.text.contains("licensed"));
        assert!(!letter.html.contains("<ul"));
    }

    #[test]
    fn a_language_without_templates_falls_back_to_english() {
        for wished in ["en", "EN", "en-GB", "en-Latn-GB", "de", "zh-Hant-TW", ""] {
            assert_eq!(language(wished, Kind::Welcome), "en", "{wished}");
        }
    }
}
