//! What accounts may write, what they may not, and what becomes of it in a mail.

use types::Timestamp;

use super::*;
use crate::app::render::Templates;
use crate::domain::{Bill, GrantedProduct, Translations};

const LINK: &str = "https://usher.example/accept?token=abc&x=1";

fn translation(subject: &str, body: &str) -> Translation {
    Translation {
        language: "en".into(),
        subject: subject.into(),
        body: body.into(),
    }
}

fn flaws(body: &str) -> Vec<(u32, u32, String)> {
    let hosts = ["images.example".to_owned()];
    let found = OwnWords::check(&translation("Hello", body), &hosts)
        .err()
        .unwrap_or_default();
    assert!(found.iter().all(|flaw| flaw.field == Field::Body));
    found
        .into_iter()
        .map(|flaw| (flaw.line, flaw.column, flaw.problem))
        .collect()
}

/// Where the first flaw of a body is.
fn place(body: &str) -> (u32, u32) {
    match flaws(body).as_slice() {
        [(line, column, _), ..] => (*line, *column),
        [] => panic!("nothing is wrong with {body}"),
    }
}

fn content() -> Content {
    Content {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        account_name: "Analytical Engines".into(),
        person_name: "Charles Babbage".into(),
        expire_time: Some(Timestamp::from_micros(1_796_000_000_000_000)),
        products: vec![
            GrantedProduct {
                name: "Meeting & Co".into(),
                guide_url: "https://usher.example/meeting".into(),
            },
            GrantedProduct {
                name: "Phone".into(),
                guide_url: String::new(),
            },
        ],
        bill: Bill::default(),
    }
}

fn filled(subject: &str, body: &str, content: &Content) -> crate::domain::Written {
    let translations = Translations::read(vec![translation(subject, body)]).unwrap();
    let templates = Templates::load(&["images.example".to_owned()]).unwrap();
    let written = templates
        .write_own(&translations, "en", content, Some(&Link::new(LINK)))
        .unwrap();
    crate::domain::Written {
        html: written.html.replace("&#x2f;", "/"),
        ..written
    }
}

#[test]
fn what_is_allowed_is_written_as_html_and_as_text() {
    let body = "<h1>Welcome, {{ given_name }}!</h1>\r\n<!-- not sent -->\n\
        <p>{{ inviter_name }} of <b>{{account_name}}</b>\n  invites you<br/>until {{ expire_time }}.</p>\
        <ul><li>first &amp; <em>best</em></li><li>second<ol><li>inner</li></ol></li></ul><hr/>\
        <p><a href=\"{{ accept_link }}\">Join now</a> or <a href='https://example.com/?a=1&amp;b=2'>read</a></p>\
        <p>{{ getting_started }}</p><p><img src=\"https://images.example/a.png\" alt=\"Logo\" width=\"80\"/></p>";
    assert_eq!(flaws(body), []);
    let written = filled(
        "{{ given_name }}, join {{ account_name }}: {{ products }}",
        body,
        &content(),
    );
    assert_eq!(written.subject, "Ada, join Analytical Engines: Meeting & Co, Phone");
    let text = "Welcome, Ada!\n\n\
        Charles Babbage of Analytical Engines invites you\nuntil Monday, 30 November 2026, 01:33 UTC.\n\n\
        \u{20} * first & best\n  * second\n    1. inner\n\n----\n\n\
        Join now: https://usher.example/accept?token=abc&x=1 or read: https://example.com/?a=1&b=2\n\n\
        Meeting & Co: https://usher.example/meeting\nPhone\n\nLogo\n";
    let (own, _) = written.text.split_once("\nIf you do not know").unwrap();
    let date = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("until"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(date(own), date(text));
    for html in [
        "<h1>Welcome, Ada!</h1>",
        "<b>Analytical Engines</b>",
        "<li>first &amp; <em>best</em></li><li>second<ol><li>inner</li></ol></li>",
        "<hr />",
        "<a href=\"https://usher.example/accept?token=abc&amp;x=1\">Join now</a>",
        "<a href=\"https://example.com/?a=1&amp;b=2\">read</a>",
        "Meeting &amp; Co: <a href=\"https://usher.example/meeting\">How to get started</a><br />Phone",
        "<img src=\"https://images.example/a.png\" alt=\"Logo\" width=\"80\" />",
    ] {
        assert!(written.html.contains(html), "{html} is missing in {}", written.html);
    }
    assert!(!written.html.contains("not sent") && !written.html.contains("class=\"button\""));
    assert_eq!(written.html.matches("token=abc").count(), 1, "{}", written.html);
}

#[test]
fn words_without_the_link_get_it_after_them() {
    let written = filled("Hello", "<p>Hello</p>", &content());
    assert!(
        written
            .text
            .starts_with("Hello\n\nAccept the invitation:\n\nhttps://usher.example/accept")
    );
    assert!(written.html.contains("Accept the invitation"));
    assert_eq!(
        written
            .html
            .matches("href=\"https://usher.example/accept?token=abc&amp;x=1\"")
            .count(),
        2
    );
    assert!(!written.text.contains("\n\n\n"), "{}", written.text);
    for linked in [
        "<p>{{ accept_link }}</p>",
        "<ul><li><a href=\"{{accept_link}}\"><b>x</b></a></li></ul>",
    ] {
        let written = filled("Hello", linked, &content());
        assert!(!written.html.contains("Accept the invitation"), "{linked}");
    }
}

/// Bodies that are refused, and where.
const REFUSED: [(&str, (u32, u32)); 58] = [
    ("<p>Hello {{ nobody }}</p>", (1, 10)),
    ("<p>Hello</p>\n<p>Ünd {{ x }}</p>", (2, 8)),
    ("<p>{% for x in y %}</p>", (1, 4)),
    ("<p>{{ given_name</p>", (1, 4)),
    ("<p>{{ <b>given_name</b> }}</p>", (1, 4)),
    ("<p>a", (1, 1)),
    ("<p><b>a</p></b>", (1, 8)),
    ("</p>", (1, 1)),
    ("<p>a<br>b</p>", (1, 5)),
    ("<p>a<br></p>", (1, 9)),
    ("<p>one\n  <script>alert(1)</script></p>", (2, 3)),
    ("<style>p{}</style>", (1, 1)),
    ("<P>a</P>", (1, 1)),
    ("<iframe src=\"https://example.com\"/>", (1, 1)),
    ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", (1, 1)),
    ("<x:p xmlns:x=\"y\">a</x:p>", (1, 1)),
    ("<p onclick=\"x()\">a</p>", (1, 1)),
    ("<p style=\"color:red\">a</p>", (1, 1)),
    ("<p class=\"x\">a</p>", (1, 1)),
    ("<p {{ given_name }}>a</p>", (1, 1)),
    ("<p><a href=\"javascript:alert(1)\">a</a></p>", (1, 4)),
    ("<p><a href=\"java&#10;script:alert(1)\">a</a></p>", (1, 4)),
    ("<p><a href=\"&#106;avascript:alert(1)\">a</a></p>", (1, 4)),
    ("<p><a href=\"data:text/html,x\">a</a></p>", (1, 4)),
    ("<p><a href=\"http://example.com\">a</a></p>", (1, 4)),
    ("<p><a href=\"https://example.com/{{ given_name }}\">a</a></p>", (1, 4)),
    ("<p><a href=\"{{ given_name }}\">a</a></p>", (1, 4)),
    ("<p><a>a</a></p>", (1, 4)),
    (
        "<p><a href=\"https://a.example\" href=\"https://b.example\">a</a></p>",
        (1, 4),
    ),
    ("<p><a href=https://a.example>a</a></p>", (1, 4)),
    (
        "<p><a href=\"https://a.example\">a<b><a href=\"https://b.example\">b</a></b></a></p>",
        (1, 36),
    ),
    ("<p><img src=\"https://evil.example/x.png\"/></p>", (1, 4)),
    ("<p><img src=\"http://images.example/x.png\"/></p>", (1, 4)),
    ("<p><img src=\"data:image/png;base64,AA\"/></p>", (1, 4)),
    (
        "<p><img src=\"https://images.example/x.png\" onerror=\"x()\"/></p>",
        (1, 4),
    ),
    (
        "<p><img src=\"https://images.example/x.png\" width=\"100%\"/></p>",
        (1, 4),
    ),
    ("<img src=\"https://images.example/x.png\"/>", (1, 1)),
    ("<p><br>x</br></p>", (1, 4)),
    ("Hello", (1, 1)),
    ("<p>a</p> and <p>b</p>", (1, 10)),
    ("<ul>a</ul>", (1, 5)),
    ("<ul><p>a</p></ul>", (1, 5)),
    ("<p><p>a</p></p>", (1, 4)),
    ("<li>a</li>", (1, 1)),
    ("<b>a</b>", (1, 1)),
    ("<p>a & b</p>", (1, 6)),
    ("<p>&nbsp;</p>", (1, 4)),
    ("<p>&#0;</p>", (1, 4)),
    ("<p>&#x202e;</p>", (1, 4)),
    ("<p>a\u{202e}b</p>", (1, 5)),
    ("<p>a\0</p>", (1, 5)),
    ("<p><![CDATA[<script>]]></p>", (1, 4)),
    ("<?php echo 1 ?><p>a</p>", (1, 1)),
    ("<?xml version=\"1.0\"?><p>a</p>", (1, 1)),
    ("<!DOCTYPE p [<!ENTITY a \"b\">]><p>&a;</p>", (1, 1)),
    ("<p>{{ getting_started }} {{ getting_started }}</p>", (1, 4)),
    ("<p>{{ products }}</p>\n<p>{{ products }}</p>", (2, 4)),
    ("  \n ", (1, 1)),
];

#[test]
fn what_is_not_allowed_is_told_with_its_place() {
    for (body, at) in REFUSED {
        assert_eq!(place(body), at, "{body}: {:?}", flaws(body));
    }
}

#[test]
fn an_entity_bomb_is_refused_at_its_first_line() {
    let mut bomb = "<!DOCTYPE lolz [\n<!ENTITY lol \"lol\">\n".to_owned();
    for level in 1..10 {
        let inner = format!("&lol{};", level - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY lol{level} \"{inner}\">\n"));
    }
    bomb.push_str("]>\n<p>&lol9;</p>");
    assert_eq!(place(&bomb), (1, 1));
}

#[test]
fn nothing_grows_without_bound() {
    let deep = format!("{}{}", "<b>".repeat(5_000), "</b>".repeat(4_000));
    let cases = [
        format!("<p>{}</p>", "x".repeat(1_000_000)),
        format!("<p>{}</p>", "{{full_name}}".repeat(51)),
        format!("<p>{deep}</p>"),
        "<ul><li>".repeat(3_000),
        "<".repeat(32_000),
        "&".repeat(32_000),
        "<!--".repeat(8_000),
    ];
    for body in cases {
        assert_eq!(flaws(&body).len(), 1, "{}", &body[..40]);
    }
    // Of the flaws of variables, ten are told.
    assert_eq!(flaws(&format!("<p>{}</p>", "{{x}}".repeat(6_000))).len(), 10);
    let most = format!(
        "<p>{}{{{{products}}}}{{{{getting_started}}}}</p>",
        "{{full_name}}".repeat(48)
    );
    assert_eq!(flaws(&most), []);
    let product = GrantedProduct {
        name: "&".repeat(200),
        guide_url: format!("https://usher.example/{}", "&".repeat(1_970)),
    };
    let content = Content {
        products: vec![product; 100],
        ..content()
    };
    let written = filled("{{products}}", &most, &content);
    assert!(written.html.len() < 2 * 1024 * 1024, "{}", written.html.len());
    assert_eq!(written.subject.chars().count(), 500);
}

#[test]
fn subjects_are_one_short_line_of_words() {
    let long = "x".repeat(151);
    let cases = [
        ("", (1, 1)),
        ("  ", (1, 1)),
        (long.as_str(), (1, 151)),
        ("Hello\r\nBcc: eve@example.com", (1, 6)),
        ("Hello\nthere", (1, 6)),
        ("a\u{202e}b", (1, 2)),
        ("Hello {{ name }}", (1, 7)),
        ("Hello {{ accept_link }}", (1, 1)),
        ("{{ getting_started }}", (1, 1)),
    ];
    for (subject, at) in cases {
        let found = OwnWords::check(&translation(subject, "<p>a</p>"), &[]).unwrap_err();
        let places: Vec<_> = found
            .iter()
            .map(|flaw| (flaw.field, (flaw.line, flaw.column)))
            .collect();
        assert_eq!(places, [(Field::Subject, at)], "{subject}");
    }
    assert!(OwnWords::check(&translation(&"ä".repeat(150), "<p>a</p>"), &[]).is_ok());
    let both = OwnWords::check(&translation("{{ x }}", "<p>{{ y }}</p>"), &[]).unwrap_err();
    assert_eq!(both.len(), 2);
}

#[test]
fn values_are_never_words_of_the_account() {
    let hostile = "{{ accept_link }}</p><script>alert(1)</script>\r\nBcc: eve@example.com\u{202e}\u{2028}\"'";
    let plain = "{{ accept_link }}</p><script>alert(1)</script> Bcc: eve@example.com\"'";
    let content = Content {
        given_name: hostile.into(),
        family_name: String::new(),
        account_name: hostile.into(),
        person_name: hostile.into(),
        products: vec![GrantedProduct {
            name: hostile.into(),
            guide_url: "https://usher.example/\"><script>".into(),
        }],
        ..content()
    };
    let body = "<p>{{ given_name }} {{ full_name }} {{ account_name }} {{ inviter_name }} {{ products }}</p>\
        <p>{{ getting_started }}</p>";
    let written = filled("{{ given_name }}", body, &content);
    assert_eq!(written.subject, plain);
    assert!(!written.html.contains("<script") && !written.html.contains('\u{202e}'));
    assert_eq!(written.text.matches(plain).count(), 7, "{}", written.text);
    assert!(!written.text.contains('\r'));
}

#[test]
fn an_inviter_who_is_not_known_is_the_account() {
    let content = Content {
        person_name: String::new(),
        ..content()
    };
    let written = filled("{{ inviter_name }}", "<p>a</p>", &content);
    assert_eq!(written.subject, "Analytical Engines");
}

#[test]
fn pictures_of_hosts_that_are_not_allowed_any_more_are_left_out() {
    let body = "<p><img src=\"https://gone.example/x.png\" alt=\"The logo\"/></p>";
    let written = filled("Hello", body, &content());
    assert!(!written.html.contains("<img") && written.html.contains("The logo"));
}

#[test]
fn the_foot_and_the_date_are_in_the_language_of_the_words() {
    let words = |language: &str| Translation {
        language: language.into(),
        ..translation("Hi", "<p>{{ expire_time }}</p>")
    };
    let translations = Translations::read(vec![words("ja"), words("de-CH")]).unwrap();
    let templates = Templates::load(&[]).unwrap();
    for (wished, language, date) in [
        ("de-CH", "de-CH", "30. November"),
        ("de", "ja", "30 November"),
        ("fr", "ja", "30 November"),
    ] {
        let written = templates
            .write_own(&translations, wished, &content(), Some(&Link::new(LINK)))
            .unwrap();
        assert_eq!(written.language, language, "{wished}");
        assert!(written.text.contains(date), "{}", written.text);
        assert!(written.html.contains(&format!("<html lang=\"{language}\"")));
    }
}
