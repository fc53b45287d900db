//! What fails for now is tried again, always with the same Message-ID.

use std::time::Duration;

use proto::notification::v1::delivery::State;
use testkit::eventually;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{NEVER, Notification, Place, SOON, mail, welcome};

crate::on_both_databases!(
    a_busy_server_is_asked_again_with_the_same_message_id,
    a_connection_dropped_before_the_answer_is_a_mail_sent_again_with_the_same_message_id,
    a_server_that_falls_silent_is_given_up_in_time,
    mails_wait_for_a_server_that_is_down,
    a_wrong_password_bounces_nobody,
    without_the_tls_that_is_required_nothing_is_said,
    a_mail_that_waits_for_its_retry_holds_up_nobody,
);

async fn a_busy_server_is_asked_again_with_the_same_message_id(place: Place) {
    let server = MailServer::start().await;
    server.answer(
        "ada@example.com",
        [
            Answer::AtEnd("451 4.3.0 try again later"),
            Answer::AtRecipient("450 4.2.1 greylisted"),
        ],
    );
    let mut config = mail(server.url());
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    config.poll_interval = Duration::from_millis(20);
    let notification = Notification::start(&place, config).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let retrying = notification.reaches(&order, State::Retrying).await;
    assert_eq!(
        (retrying.reason.as_str(), retrying.attempts),
        ("451 4.3.0 try again later", 1)
    );
    assert!(retrying.next_attempt_time.is_some() && retrying.send_time.is_none());
    notification.make_due(&order).await;
    eventually(SOON, async || {
        let retrying = notification.delivery(&order).await;
        if retrying.attempts == 2 && retrying.reason == "450 4.2.1 greylisted" {
            Ok(())
        } else {
            Err(format!("{retrying:?}"))
        }
    })
    .await;
    notification.make_due(&order).await;
    let sent = notification.reaches(&order, State::Sent).await;
    assert_eq!((sent.reason.as_str(), sent.attempts), ("", 3));
    let ids: Vec<_> = server.received().iter().map(|received| received.message_id()).collect();
    assert_eq!(ids, [sent.message_id.clone(), sent.message_id.clone()]);
    assert_eq!(retrying.message_id, sent.message_id);
    notification.stop().await;
}

async fn a_connection_dropped_before_the_answer_is_a_mail_sent_again_with_the_same_message_id(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::HangUp]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let sent = notification.reaches(&order, State::Sent).await;
    assert_eq!(sent.attempts, 2);
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].bytes, received[1].bytes);
    assert_eq!(received[0].message_id(), sent.message_id);
    notification.stop().await;
}

async fn a_server_that_falls_silent_is_given_up_in_time(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    config.data_timeout = Duration::from_millis(300);
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    config.poll_interval = Duration::from_millis(20);
    let notification = Notification::start(&place, config).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let retrying = notification.reaches(&order, State::Retrying).await;
    assert_eq!(retrying.reason, "The mail server did not answer in time.");
    // The late answer to the first attempt must not pass for an answer to the second.
    server.release();
    notification.make_due(&order).await;
    assert_eq!(notification.reaches(&order, State::Sent).await.attempts, 2);
    assert_eq!((server.received().len(), server.connections()), (2, 2));
    notification.stop().await;
}

async fn mails_wait_for_a_server_that_is_down(place: Place) {
    let address = format!("127.0.0.1:{}", testkit::free_port().unwrap());
    let notification = Notification::start(&place, mail(format!("smtp://{address}"))).await;
    let orders: Vec<_> = (0..50).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    notification.enqueue(orders.clone()).await.unwrap();
    let retrying = notification.reaches(&orders[49], State::Retrying).await;
    assert_eq!(retrying.reason, "The connection to the mail server failed.");

    let server = MailServer::at(address.parse().unwrap(), &[], None).await;
    for order in &orders {
        notification.reaches(order, State::Sent).await;
    }
    assert_eq!(server.received().len(), 50);
    notification.stop().await;
}

async fn a_wrong_password_bounces_nobody(place: Place) {
    let server = MailServer::with(&["AUTH PLAIN LOGIN"]).await;
    let url = server.url().replace("smtp://", "smtp://usher:wr%40ng@");
    let notification = Notification::start(&place, mail(url)).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let retrying = notification.reaches(&order, State::Retrying).await;
    assert_eq!(retrying.reason, "535 5.7.8 Authentication credentials invalid");
    assert!(!server.commands().contains(&"MAIL".to_owned()));
    notification.stop().await;
}

async fn without_the_tls_that_is_required_nothing_is_said(place: Place) {
    let server = MailServer::with(&["AUTH PLAIN LOGIN"]).await;
    let url = server.url().replace("smtp://", "smtp://usher:right@") + "?tls=required";
    let notification = Notification::start(&place, mail(url)).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    notification.reaches(&order, State::Retrying).await;
    let commands = server.commands();
    assert!(commands.contains(&"EHLO".to_owned()));
    assert!(
        commands.iter().all(|verb| verb == "EHLO" || verb == "QUIT"),
        "{commands:?}"
    );
    notification.stop().await;
}

async fn a_mail_that_waits_for_its_retry_holds_up_nobody(place: Place) {
    let server = MailServer::start().await;
    server.answer("busy@example.com", [Answer::AtEnd("451 later")]);
    let mut config = mail(server.url());
    config.workers = 1;
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    let notification = Notification::start(&place, config).await;
    let busy = welcome("busy@example.com");
    notification.enqueue(vec![busy.clone()]).await.unwrap();
    notification.reaches(&busy, State::Retrying).await;

    let next = welcome("next@example.com");
    notification.enqueue(vec![next.clone()]).await.unwrap();
    notification.reaches(&next, State::Sent).await;
    let waiting = notification.delivery(&busy).await;
    assert_eq!((waiting.state(), waiting.attempts), (State::Retrying, 1));
    notification.stop().await;
}
