//! Mails arrive: both parts, the link, the names, whatever is in them.

use mail_parser::MimeHeaders;
use proto::notification::internal::v1::Mail;
use proto::notification::v1::delivery::{Kind, State};

use crate::mail_server::{Answer, MailServer};
use crate::notification::{NEVER, Notification, Place, SOON, mail, welcome};

crate::on_both_databases!(
    a_welcome_arrives_as_text_and_html_with_link_names_and_guides,
    a_transfer_says_that_nothing_changes_until_it_is_accepted,
    a_mail_is_written_in_the_readers_language_or_english,
    names_stay_what_they_are_whatever_they_hold,
    an_internationalised_address_is_written_to,
    three_hundred_mails_share_a_few_connections,
    one_silent_recipient_delays_nobody,
    stopping_waits_for_the_mails_under_way,
);

async fn a_welcome_arrives_as_text_and_html_with_link_names_and_guides(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("Ada@Example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let delivery = notification.reaches(&order, State::Sent).await;
    assert_eq!(
        (delivery.to.as_str(), delivery.attempts, delivery.reason.as_str()),
        ("Ada@Example.com", 1, "")
    );
    assert!(delivery.send_time.is_some() && delivery.next_attempt_time.is_none());
    assert_eq!(delivery.message_id, format!("<{}@mail.example>", delivery.id));

    let received = &server.received_by("Ada@example.com")[0];
    let parsed = received.parse();
    assert_eq!(received.message_id(), delivery.message_id);
    assert_eq!(
        parsed.subject(),
        Some("Charles Babbage invited you to Analytical Engines")
    );
    assert_eq!(
        parsed.from().unwrap().first().unwrap().address(),
        Some("usher@mail.example")
    );
    assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("Ada Lovelace"));
    assert_eq!(parsed.content_type().unwrap().subtype(), Some("alternative"));
    let text = parsed.body_text(0).unwrap();
    for words in [
        "Hello Ada,",
        "Analytical Engines",
        order.link.as_str(),
        "Meeting",
        "https://usher.example/guides/meeting",
        "https://usher.example/guides/training",
        "30 November 2026",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    let html = parsed.body_html(0).unwrap().replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{}\"", order.link)), "{html}");
    assert!(html.contains("href=\"https://usher.example/guides/meeting\""), "{html}");
    notification.stop().await;
}

async fn a_transfer_says_that_nothing_changes_until_it_is_accepted(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let mut order = welcome("ada@example.com");
    order.kind = Kind::Transfer.into();
    notification.enqueue(vec![order.clone()]).await.unwrap();

    assert_eq!(notification.reaches(&order, State::Sent).await.kind(), Kind::Transfer);
    let received = &server.received()[0];
    let text = received.parse().body_text(0).unwrap().into_owned();
    assert!(text.contains("nothing changes, until you accept"), "{text}");
    assert!(text.contains(&order.link), "{text}");
    notification.stop().await;
}

async fn a_mail_is_written_in_the_readers_language_or_english(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let cases = [
        ("de", "de", "Guten Tag Ada Lovelace,", "30. November 2026"),
        ("pt-BR", "pt", "Olá, Ada!", "30 de novembro de 2026"),
        ("ja", "en", "Hello Ada,", "30 November 2026"),
    ];
    for (wished, written, greeting, date) in cases {
        let to = format!("{written}@example.com");
        let order = Mail {
            language: wished.into(),
            ..welcome(&to)
        };
        notification.enqueue(vec![order.clone()]).await.unwrap();
        notification.reaches(&order, State::Sent).await;

        let received = &server.received_by(&to)[0];
        let parsed = received.parse();
        assert_eq!(parsed.content_language().as_text(), Some(written));
        let text = parsed.body_text(0).unwrap();
        for words in [greeting, date, order.link.as_str()] {
            assert!(text.contains(words), "{words} is missing in {text}");
        }
    }
    notification.stop().await;
}

async fn names_stay_what_they_are_whatever_they_hold(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let names = [
        "{{ link }}{% for x in y %}",
        "<script>alert(1)</script>",
        "\" <eve@example.com>, \"",
        "Ada, Bcc: eve@example.com",
        "=?utf-8?q?=0D=0ABcc:_eve@example.com?=",
        "O'Hara \\ \"Ace\" & Søren 李 محمد",
    ];
    for (index, name) in names.into_iter().enumerate() {
        let address = format!("reader{index}@example.com");
        let mut order = welcome(&address);
        order.given_name = name.into();
        order.account_name = name.into();
        order.person_name = name.into();
        order.products[0].name = name.into();
        notification.enqueue(vec![order.clone()]).await.unwrap();
        notification.reaches(&order, State::Sent).await;

        let received = server.received_by(&address);
        assert_eq!(received.len(), 1, "{name}");
        let parsed = received[0].parse();
        assert!(parsed.bcc().is_none(), "{name}");
        let to = parsed.to().unwrap().as_list().unwrap();
        assert_eq!((to.len(), to[0].address()), (1, Some(address.as_str())), "{name}");
        assert_eq!(parsed.parts.len(), 3, "{name}");
        assert!(parsed.body_text(0).unwrap().contains(name), "{name}");
        assert!(!parsed.body_html(0).unwrap().contains("<script"), "{name}");
    }
    assert!(server.received_by("eve@example.com").is_empty());
    notification.stop().await;
}

async fn an_internationalised_address_is_written_to(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("søren@bücher.example");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    assert_eq!(
        notification.reaches(&order, State::Sent).await.to,
        "søren@bücher.example"
    );
    assert_eq!(server.received_by("søren@xn--bcher-kva.example").len(), 1);
    notification.stop().await;
}

async fn three_hundred_mails_share_a_few_connections(place: Place) {
    let server = MailServer::start().await;
    let mut config = mail(server.url());
    config.workers = 4;
    let notification = Notification::start(&place, config).await;
    let orders: Vec<_> = (0..300).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    notification.enqueue(orders).await.unwrap();

    testkit::eventually(SOON, async || match server.received().len() {
        300 => Ok(()),
        others => Err(others),
    })
    .await;
    assert!(server.connections() <= 4, "{}", server.connections());
    notification.stop().await;
    assert_eq!(server.received().len(), 300);
}

async fn one_silent_recipient_delays_nobody(place: Place) {
    let server = MailServer::start().await;
    server.answer("slow@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    config.workers = 2;
    config.poll_interval = NEVER;
    let notification = Notification::start(&place, config).await;
    let slow = welcome("slow@example.com");
    let others: Vec<_> = (0..20).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    notification
        .enqueue([vec![slow.clone()], others.clone()].concat())
        .await
        .unwrap();

    for other in &others {
        notification.reaches(other, State::Sent).await;
    }
    let waiting = notification.delivery(&slow).await;
    assert_eq!((waiting.state(), waiting.attempts), (State::Sending, 1));
    server.release();
    notification.reaches(&slow, State::Sent).await;
    assert_eq!(server.received_by("slow@example.com").len(), 1);
    notification.stop().await;
}

async fn stopping_waits_for_the_mails_under_way(place: Place) {
    let server = MailServer::start().await;
    server.answer("slow@example.com", [Answer::Silence]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("slow@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    testkit::eventually(SOON, async || server.received().pop().ok_or("nothing yet")).await;

    notification.begin_to_stop();
    server.release();
    notification.stop().await;
    let again = Notification::start(&place, mail(server.url())).await;
    assert_eq!(again.delivery(&order).await.state(), State::Sent);
    again.stop().await;
    assert_eq!(server.received().len(), 1);
}
