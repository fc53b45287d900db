//! Mails in accounts' own words: `WordingService/RenderWording`, and what `EnqueueMails` takes of them.

use mail_parser::MimeHeaders;
use proto::notification::internal::v1::wording_flaw::Field;
use proto::notification::internal::v1::{
    GrantedProduct, Mail, RenderWordingRequest, RenderWordingResponse, Sample, Translation, Wording, WordingKey,
};
use proto::notification::v1::delivery::{Kind, State};
use tonic::Code;
use types::{AccountId, EmailTemplateId};

use crate::mail_server::MailServer;
use crate::notification::{
    ALL_SERVICES, Notification, Place, mail, refusal, refused_fields, secret_of, welcome, welcome_to,
};

crate::on_both_databases!(
    a_welcome_is_written_in_the_accounts_words_nearest_to_the_reader,
    words_that_were_ordered_stay_what_they_are,
    words_that_do_not_belong_to_the_mail_queue_nothing,
    a_sample_is_what_a_reader_would_get,
    flaws_are_told_by_translation_line_and_column,
    only_identity_reads_words,
);

fn translation(language: &str, subject: &str, body: &str) -> Translation {
    Translation {
        language: language.into(),
        subject: subject.into(),
        body: body.into(),
    }
}

/// An account's words, in a first version.
fn wording(account: AccountId, translations: Vec<Translation>) -> Wording {
    Wording {
        key: Some(WordingKey {
            id: EmailTemplateId::new().to_string(),
            version: 1,
        }),
        account_id: account.to_string(),
        translations,
    }
}

fn english_and_german(account: AccountId) -> Wording {
    let translations = vec![
        translation(
            "en",
            "Hi {{ given_name }}",
            "<p><a href=\"{{ accept_link }}\">Join us</a></p>",
        ),
        translation(
            "de",
            "Hallo {{ given_name }}",
            "<p>Willkommen bei {{ account_name }}</p><p>{{ accept_link }}</p>",
        ),
    ];
    wording(account, translations)
}

/// A welcome in these words.
fn worded(to: &str, language: &str, wording: &Wording) -> Mail {
    Mail {
        language: language.into(),
        wording: wording.key.clone(),
        ..welcome_to(wording.account_id.parse().unwrap(), to)
    }
}

async fn a_welcome_is_written_in_the_accounts_words_nearest_to_the_reader(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let words = english_and_german(AccountId::new());
    let cases = [
        ("de-AT", "de", "Hallo Ada", "Willkommen bei Analytical Engines"),
        ("en", "en", "Hi Ada", "Join us: https://usher.example/accept"),
        ("fr", "en", "Hi Ada", "Join us: https://usher.example/accept"),
    ];
    for (language, written, subject, text) in cases {
        let to = format!("reader-{language}@example.com").to_lowercase();
        let order = worded(&to, language, &words);
        notification
            .enqueue_worded(vec![order.clone()], vec![words.clone()])
            .await
            .unwrap();
        notification.reaches(&order, State::Sent).await;
        let received = &server.received_by(&to)[0];
        let parsed = received.parse();
        assert_eq!(
            (parsed.subject(), parsed.content_language().as_text()),
            (Some(subject), Some(written))
        );
        let body = parsed.body_text(0).unwrap();
        assert!(body.contains(text) && body.contains(secret_of(&order)), "{body}");
        assert!(parsed.body_html(0).unwrap().contains(secret_of(&order)));
    }
    notification.stop().await;
}

async fn words_that_were_ordered_stay_what_they_are(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let first = english_and_german(AccountId::new());
    // Words are named by id and version: another text under the same name is the same words, sent again.
    let other = Wording {
        translations: vec![translation("en", "Other", "<p>Other</p>")],
        ..first.clone()
    };
    let next = Wording {
        key: first.key.clone().map(|key| WordingKey { version: 2, ..key }),
        ..other.clone()
    };
    for (to, words, subject) in [
        ("one@example.com", &first, "Hi Ada"),
        ("two@example.com", &other, "Hi Ada"),
        ("three@example.com", &next, "Other"),
    ] {
        let order = worded(to, "en", words);
        notification
            .enqueue_worded(vec![order.clone()], vec![words.clone()])
            .await
            .unwrap();
        notification.reaches(&order, State::Sent).await;
        assert_eq!(server.received_by(to)[0].parse().subject(), Some(subject));
    }
    notification.stop().await;
}

type Spoil = fn(&mut Mail, &mut Wording);

async fn words_that_do_not_belong_to_the_mail_queue_nothing(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let cases: [(&str, &str, Spoil); 9] = [
        ("MAIL_MALFORMED", "mails[0].wording", |mail, _| {
            mail.kind = Kind::Transfer.into();
        }),
        ("MAIL_MALFORMED", "mails[0].wording", |mail, _| {
            mail.wording.as_mut().unwrap().version = 2;
        }),
        ("MAIL_MALFORMED", "mails[0].wording", |mail, _| {
            mail.account_id = AccountId::new().to_string();
        }),
        ("WORDING_MALFORMED", "wordings[0].key", |_, words| words.key = None),
        ("WORDING_MALFORMED", "wordings[0].account_id", |_, words| {
            words.account_id = "acc_1".into();
        }),
        ("WORDING_MALFORMED", "wordings[0].translations", |_, words| {
            words.translations.clear();
        }),
        ("WORDING_MALFORMED", "wordings[0].translations", |_, words| {
            words.translations[1].language = "xx".into();
        }),
        ("WORDING_MALFORMED", "wordings[0].translations[1]", |_, words| {
            words.translations[1].body = "<p>{{ x }}</p>".into();
        }),
        ("WORDING_MALFORMED", "wordings[0].translations[0]", |_, words| {
            words.translations[0].subject = "Hi\nBcc: eve@example.com".into();
        }),
    ];
    for (reason, field, spoil) in cases {
        let mut words = english_and_german(AccountId::new());
        let mut order = worded("ada@example.com", "en", &words);
        spoil(&mut order, &mut words);
        let answer = notification.enqueue_worded(vec![order], vec![words]).await;
        let expected = (Code::InvalidArgument, reason.to_owned(), vec![field.to_owned()]);
        assert_eq!(refused_fields(answer), expected);
    }
    let last = welcome("last@example.com");
    notification.enqueue(vec![last.clone()]).await.unwrap();
    notification.reaches(&last, State::Sent).await;
    assert_eq!(server.received().len(), 1);
    notification.stop().await;
}

fn sample(language: &str) -> Sample {
    let like = welcome("ada@example.com");
    Sample {
        language: language.into(),
        given_name: "<b>Ada</b>".into(),
        family_name: "Lovelace".into(),
        account_name: "Analytical Engines".into(),
        person_name: "Charles Babbage".into(),
        link: "https://usher.example/accept?token=sample".into(),
        expire_time: like.expire_time,
        products: vec![GrantedProduct {
            name: "Meeting".into(),
            guide_url: "https://usher.example/meeting".into(),
        }],
    }
}

fn rendering(translations: Vec<Translation>, language: &str) -> RenderWordingRequest {
    RenderWordingRequest {
        translations,
        sample: Some(sample(language)),
    }
}

async fn a_sample_is_what_a_reader_would_get(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    let words = english_and_german(AccountId::new());
    let request = rendering(words.translations, "de");
    let written = notification.render_wording("identity", request).await.unwrap();
    assert_eq!(
        (written.flaws.len(), written.language.as_str(), written.subject.as_str()),
        (0, "de", "Hallo <b>Ada</b>")
    );
    assert!(written.text.contains("token=sample"), "{}", written.text);
    assert!(written.html.contains("&lt;b&gt;Ada"), "{}", written.html);
    assert!(!written.html.contains("<b>Ada"));
    notification.stop().await;
}

async fn flaws_are_told_by_translation_line_and_column(place: Place) {
    let mut config = mail("folder:/nowhere");
    config.image_hosts = vec!["images.example".into()];
    let notification = Notification::start(&place, config).await;
    let picture = |host: &str| format!("<p>\n<img src=\"https://{host}/x.png\"/></p>");
    let translations = vec![
        translation("en", "Hi {{ nobody }}", &picture("images.example")),
        translation("de", "Hallo", &picture("evil.example")),
    ];
    let answer = notification
        .render_wording("identity", rendering(translations, "en"))
        .await;
    let RenderWordingResponse {
        flaws, subject, html, ..
    } = answer.unwrap();
    let told: Vec<_> = flaws
        .iter()
        .map(|flaw| (flaw.translation, flaw.field(), flaw.line, flaw.column))
        .collect();
    assert_eq!(told, [(0, Field::Subject, 1, 4), (1, Field::Body, 2, 1)]);
    assert!(flaws[0].problem.contains("`nobody`"), "{}", flaws[0].problem);
    assert_eq!((subject.as_str(), html.as_str()), ("", ""));

    let none = notification.render_wording("identity", rendering(vec![], "en")).await;
    assert_eq!(
        refused_fields(none),
        (
            Code::InvalidArgument,
            "WORDING_MALFORMED".into(),
            vec!["translations".to_owned()]
        )
    );
    notification.stop().await;
}

async fn only_identity_reads_words(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    for issuer in ALL_SERVICES.into_iter().filter(|&issuer| issuer != "identity") {
        let words = vec![translation("en", "Hi", "<p>Hi</p>")];
        let answer = notification.render_wording(issuer, rendering(words, "en")).await;
        assert_eq!(refusal(answer), (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()));
    }
    notification.stop().await;
}
