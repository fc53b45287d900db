//! What fails for good is not tried again, and says why.

use std::time::Duration;

use proto::notification::v1::delivery::State;
use testkit::eventually;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{Notification, Place, SOON, mail, welcome};

crate::on_both_databases!(
    a_refusal_for_good_is_told_in_the_servers_words,
    a_refused_mail_does_not_spoil_the_connection_for_the_next,
    a_mail_is_given_up_when_it_is_too_old,
    a_server_without_internationalised_addresses_is_told_so,
);

async fn a_refusal_for_good_is_told_in_the_servers_words(place: Place) {
    let server = MailServer::start().await;
    let line = "no ".repeat(100);
    let long: &'static str = format!("550-{line}\r\n550-{line}\r\n550 {line}").leak();
    let cut = format!("550 {line}{line}");
    let cases = [
        (
            Answer::AtRecipient("550 5.1.1 no such user here"),
            "550 5.1.1 no such user here",
        ),
        (Answer::AtEnd("554 5.7.1 looks like spam"), "554 5.7.1 looks like spam"),
        (
            Answer::AtEnd("550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three"),
            "550 5.7.1 one two three",
        ),
        (
            Answer::AtEnd("550 5.7.1 \u{1b}[31mred\tand \u{202e}dehctib"),
            "550 5.7.1 [31mred and dehctib",
        ),
        (Answer::AtEnd(long), &cut[..500]),
    ];
    let notification = Notification::start(&place, mail(server.url())).await;
    for (index, (answer, reason)) in cases.into_iter().enumerate() {
        let address = format!("reader{index}@example.com");
        server.answer(&address, [answer]);
        let order = welcome(&address);
        notification.enqueue(vec![order.clone()]).await.unwrap();

        let bounced = notification.reaches(&order, State::Bounced).await;
        assert_eq!((bounced.reason.trim_end(), bounced.attempts), (reason.trim_end(), 1));
        assert!(bounced.next_attempt_time.is_none() && bounced.send_time.is_none());
        assert!(server.received_by(&address).len() <= 1);
        let told = eventually(SOON, async || {
            let events = notification.audit_sink.events();
            let told = events.into_iter().find(|event| event.subject_id == bounced.id);
            told.ok_or("the audit log is not told yet")
        })
        .await;
        assert_eq!(
            (told.account_id.as_str(), told.action.as_str()),
            (order.account_id.as_str(), "mail.bounce")
        );
        assert!(told.after.contains("BOUNCED"), "{}", told.after);
    }
    assert_eq!(notification.audit_sink.events().len(), 5, "each once");
    notification.stop().await;
}

async fn a_refused_mail_does_not_spoil_the_connection_for_the_next(place: Place) {
    let server = MailServer::start().await;
    server.answer("nobody@example.com", [Answer::AtRecipient("550 no")]);
    server.answer("spam@example.com", [Answer::AtEnd("554 no")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    for (address, state) in [
        ("nobody@example.com", State::Bounced),
        ("spam@example.com", State::Bounced),
        ("ada@example.com", State::Sent),
    ] {
        let order = welcome(address);
        notification.enqueue(vec![order.clone()]).await.unwrap();
        notification.reaches(&order, state).await;
    }
    assert_eq!(server.connections(), 1);
    assert!(server.received_by("nobody@example.com").is_empty());
    notification.stop().await;
}

async fn a_mail_is_given_up_when_it_is_too_old(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", vec![Answer::AtEnd("451 4.3.0 busy"); 1_000]);
    let mut config = mail(server.url());
    config.give_up = Duration::from_secs(1);
    let notification = Notification::start(&place, config).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let failed = notification.reaches(&order, State::Failed).await;
    let expected = format!("Given up after attempt {}: 451 4.3.0 busy", failed.attempts);
    assert_eq!(failed.reason, expected);
    assert!(failed.attempts > 1, "{}", failed.attempts);
    notification.stop().await;
}

async fn a_server_without_internationalised_addresses_is_told_so(place: Place) {
    let server = MailServer::with(&["8BITMIME"]).await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let (local, domain) = (welcome("søren@example.com"), welcome("soren@bücher.example"));
    notification.enqueue(vec![local.clone(), domain.clone()]).await.unwrap();

    let bounced = notification.reaches(&local, State::Bounced).await;
    assert_eq!(
        bounced.reason,
        "The mail server takes no internationalised addresses (SMTPUTF8)."
    );
    // A domain has an ASCII form that every server takes.
    notification.reaches(&domain, State::Sent).await;
    assert_eq!(server.received().len(), 1);
    notification.stop().await;
}
