//! Every mail in every language. The words are in one snapshot file a language: 140 mails would drown this one.

use types::{Currency, Email, MailId, Money, Timestamp};

use super::*;
use crate::domain::{Bill, Content, Kind};

const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "it", "pt", "nl"];
/// Mails that read differently when less is known.
const BRIEF: [Kind; 7] = [
    Kind::Welcome,
    Kind::Transfer,
    Kind::AccountClosed,
    Kind::InvoiceIssued,
    Kind::CreditNoteIssued,
    Kind::PaymentFailed,
    Kind::TrialEnding,
];
const LINK: &str = "https://usher.example/accept/abc?a=1&b=2";

fn mail(kind: Kind, language: &str) -> Mail {
    Mail {
        id: MailId::new(),
        kind,
        to: Email::parse("ada@example.com").unwrap(),
        language: language.into(),
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
            bill: kind.needs().bill.map(|_| bill()).unwrap_or_default(),
        },
        link: Some(Link::new(LINK)),
        wording: None,
        message_id: "<eml_1@usher.example>".into(),
        create_time: Timestamp::from_micros(0),
    }
}

fn bill() -> Bill {
    let count = |product_name: &str, present, seats| SeatCount {
        product_name: product_name.into(),
        present,
        seats,
    };
    Bill {
        invoice_number: Some(1_012),
        amount: Some(Money {
            minor_units: 123_450,
            currency: Currency::parse("EUR").unwrap(),
        }),
        date: Some("2026-08-01".parse().unwrap()),
        seats: vec![count("Meeting", 12_000, 8_000), count("Phone", 5, 0)],
    }
}

/// A mail of this kind without what it does not need.
fn bare(kind: Kind, language: &str) -> Mail {
    let mut mail = mail(kind, language);
    let needs = kind.needs();
    if !needs.link {
        mail.link = None;
        mail.content.expire_time = None;
    }
    if !needs.person {
        mail.content.person_name.clear();
    }
    if let Some(needs) = needs.bill {
        let bill = &mut mail.content.bill;
        bill.amount = bill.amount.filter(|_| needs.amount);
        bill.date = bill.date.filter(|_| needs.date);
        bill.seats.truncate(usize::from(needs.seats));
    }
    mail.content.given_name.clear();
    mail.content.products.clear();
    mail
}

/// Every mail, with all that it can hold and with no more than it needs.
fn all_mails() -> impl Iterator<Item = Mail> {
    LANGUAGES.into_iter().flat_map(|language| {
        let both = move |kind| [mail(kind, language), bare(kind, language)];
        Kind::ALL.into_iter().flat_map(both)
    })
}

/// HTML as it is read.
fn unescaped(html: &str) -> String {
    html.replace("&#x2f;", "/").replace("&amp;", "&")
}

#[test]
fn the_words_are_those_of_the_snapshot() {
    let templates = Templates::load(&[]).unwrap();
    for language in LANGUAGES {
        let written = Kind::ALL.map(|kind| {
            let mails = [mail(kind, language), bare(kind, language)];
            let count = if BRIEF.contains(&kind) { 2 } else { 1 };
            let letters = mails
                .iter()
                .take(count)
                .map(|mail| templates.render(mail, None).unwrap());
            let texts = letters.map(|letter| format!("=== {}: {}\n\n{}\n", kind.as_str(), letter.subject, letter.text));
            texts.collect::<Vec<_>>().join("\n")
        });
        insta::assert_snapshot!(language, written.join("\n"));
    }
}

#[test]
fn the_shape_is_that_of_the_snapshot() {
    let letter = Templates::load(&[])
        .unwrap()
        .render(&mail(Kind::Welcome, "en"), None)
        .unwrap();
    insta::assert_snapshot!("shape", letter.html.replace("><", ">\n<"));
}

#[test]
fn the_html_says_what_the_text_says() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails() {
        let letter = templates.render(&mail, None).unwrap();
        let html = unescaped(&letter.html);
        for line in letter.text.lines() {
            let line = line.trim_matches([' ', '*', ':', '\u{a0}']);
            // A guide's link is its name in the HTML.
            let (_, link) = line.split_at(line.find("https://").unwrap_or(0));
            assert!(html.contains(link), "{link} is missing in {html}");
        }
        let title = html
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"));
        assert_eq!(title.map(|(title, _)| one_line(title)), Some(letter.subject));
        let language = format!("<html lang=\"{}\" dir=\"ltr\"", mail.language);
        assert!(html.contains(&language), "{html}");
    }
}

#[test]
fn names_and_links_are_in_both_parts() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails().step_by(2) {
        let letter = templates.render(&mail, None).unwrap();
        let needs = mail.kind.needs();
        for part in [&letter.text, &unescaped(&letter.html)] {
            let words = [
                (true, "Ada"),
                (true, "Analytical Engines"),
                (needs.person || needs.invitation, "Charles Babbage"),
                (needs.invitation, "Meeting"),
                (needs.invitation, "https://usher.example/meeting"),
                (needs.link || needs.bill.is_some_and(|bill| bill.date), "2026"),
                (needs.bill.is_some_and(|bill| bill.invoice), "1012"),
                (needs.bill.is_some_and(|bill| bill.amount), "EUR"),
                (needs.bill.is_some_and(|bill| bill.seats), "Phone"),
                (needs.link, LINK),
            ];
            for (expected, words) in words {
                assert!(!expected || part.contains(words), "{words} is missing in {part}");
            }
        }
        let buttons = unescaped(&letter.html).matches(&format!("href=\"{LINK}\"")).count();
        assert_eq!(buttons, if needs.link { 2 } else { 0 }, "{}", letter.html);
    }
}

#[test]
fn a_mail_has_no_hole_where_nothing_is_known() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails() {
        let letter = templates.render(&mail, None).unwrap();
        for part in [&letter.subject, &letter.text, &letter.html] {
            for hole in ["none", "undefined", "{{", "{%", "{ $", "  ,", " ."] {
                let found = part.contains(hole);
                // Styles speak of nothing, and begin with a dot.
                assert!(
                    !found || (part == &letter.html && ["none", " ."].contains(&hole)),
                    "{hole} in {part}"
                );
            }
        }
        assert!(!letter.text.contains("\n\n\n"), "{}", letter.text);
        let needs = mail.kind.needs();
        let products = !mail.content.products.is_empty() && needs.invitation;
        let seats = needs.bill.is_some_and(|bill| bill.seats);
        assert_eq!(letter.html.contains("<ul>"), products || seats);
    }
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails() {
        let html = templates.render(&mail, None).unwrap().html;
        for remote in [
            "<script",
            "<img",
            "<link",
            "<iframe",
            "src=",
            "url(",
            "@import",
            "javascript:",
        ] {
            assert!(!html.contains(remote), "{remote} in {html}");
        }
        let targets = unescaped(&html);
        for target in targets.split("href=\"").skip(1) {
            assert!(target.starts_with("https://usher.example/"), "{target}");
        }
    }
}

#[test]
fn the_same_mail_is_written_in_the_same_words() {
    let (one, other) = (Templates::load(&[]).unwrap(), Templates::load(&[]).unwrap());
    for mail in all_mails() {
        let (one, other) = (one.render(&mail, None).unwrap(), other.render(&mail, None).unwrap());
        assert_eq!(
            (one.subject, one.text, one.html),
            (other.subject, other.text, other.html)
        );
    }
}

#[test]
fn a_mail_is_in_one_language() {
    let templates = Templates::load(&[]).unwrap();
    for (wished, written) in [("de-CH", "de"), ("pt-BR", "pt"), ("ja", "en"), ("", "en")] {
        for kind in Kind::ALL {
            let letter = templates.render(&mail(kind, wished), None).unwrap();
            let same = templates.render(&mail(kind, written), None).unwrap();
            assert_eq!(letter.language, written);
            assert_eq!(
                (letter.subject, letter.text, letter.html),
                (same.subject, same.text, same.html)
            );
        }
    }
}

/// A mail in which everything that people choose is `text`.
fn named(mail: Mail, text: &str) -> Mail {
    let mut mail = mail;
    mail.content.given_name = text.into();
    mail.content.family_name = text.into();
    mail.content.account_name = text.into();
    mail.content.person_name = text.into();
    for product in &mut mail.content.products {
        product.name = text.into();
    }
    for count in &mut mail.content.bill.seats {
        count.product_name = text.into();
    }
    mail
}

#[test]
fn names_are_values_and_never_templates_or_markup() {
    let templates = Templates::load(&[]).unwrap();
    let hostile = "{{ link }}{% raw %}{ $account }</title><script>alert('1')</script><b>\" onclick=\"x";
    for mail in all_mails().step_by(2) {
        let kind = mail.kind;
        let letter = templates.render(&named(mail, hostile), None).unwrap();
        assert!(letter.text.contains(hostile), "{}", letter.text);
        for markup in ["<script", "<b>", "\" onclick"] {
            assert!(!letter.html.contains(markup), "{}", letter.html);
        }
        assert!(
            letter.html.contains("{{ link }}{% raw %}{ $account }"),
            "{}",
            letter.html
        );
        let named = !matches!(kind, Kind::SignUpKnown | Kind::PasswordReset | Kind::PasswordChanged);
        assert_eq!(letter.subject.contains("{{ link }}"), named, "{}", letter.subject);
    }
}

#[test]
fn names_end_no_line_and_turn_no_words_around() {
    let templates = Templates::load(&[]).unwrap();
    let hostile = "Ada\r\nBcc: eve@example.com\u{2028}\u{202e}\u{2067}\0\u{2069}";
    for mail in all_mails() {
        let (clean, mail) = (named(mail.clone(), "Ada Bcc: eve@example.com"), named(mail, hostile));
        let (letter, expected) = (
            templates.render(&mail, None).unwrap(),
            templates.render(&clean, None).unwrap(),
        );
        assert_eq!(
            (letter.subject, letter.text, letter.html),
            (expected.subject, expected.text, expected.html)
        );
    }
}

#[test]
fn names_from_right_to_left_are_isolated_in_sentences_and_plain_in_subjects() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails().step_by(2) {
        let letter = templates.render(&named(mail, "עדה"), None).unwrap();
        for part in [&letter.text, &unescaped(&letter.html)] {
            let isolated = part.matches("\u{2068}").count();
            assert!(isolated > 0 && part.matches("\u{2069}").count() == isolated, "{part}");
            let links = part.split("https://").skip(1);
            for link in links.filter_map(|rest| rest.split(['"', '<', '\n']).next()) {
                assert!(link.is_ascii(), "{link}");
            }
        }
        assert!(
            !letter.subject.contains(['\u{2068}', '\u{2069}']),
            "{:?}",
            letter.subject
        );
    }
}

#[test]
fn a_long_name_leaves_the_subject_on_one_line() {
    let templates = Templates::load(&[]).unwrap();
    for mail in all_mails() {
        let letter = templates.render(&named(mail, &"Ada ".repeat(50)), None).unwrap();
        assert!(!letter.subject.is_empty() && !letter.subject.chars().any(char::is_control));
    }
}
