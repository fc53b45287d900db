//! Nobody waits for somebody else's mails: not for a slow server's, not for a crowd's, not for a limited account's.

use std::time::Duration;

use proto::notification::v1::delivery::State;
use sea_orm::ConnectionTrait;
use testkit::eventually;
use types::AccountId;

use crate::mail_server::{Answer, MailServer, Received};
use crate::notification::{NEVER, Notification, Place, SOON, mail, welcome, welcome_to};

crate::on_both_databases!(
    a_silent_domain_holds_its_own_places_only,
    an_account_with_one_mail_does_not_wait_for_one_with_hundreds,
    who_is_over_a_limit_waits_and_nobody_else_does,
    mails_to_one_reader_go_out_in_their_order_when_the_server_is_back,
    a_mail_that_has_trouble_of_its_own_holds_up_no_later_one,
    a_row_that_cannot_be_read_is_tried_again_and_holds_up_nobody,
);

async fn a_silent_domain_holds_its_own_places_only(place: Place) {
    let server = MailServer::start().await;
    let mut config = mail(server.url());
    (config.workers, config.per_domain) = (4, 2);
    let notification = Notification::start(&place, config).await;
    let slow: Vec<_> = (0..8).map(|n| format!("reader{n}@slow.example")).collect();
    for address in &slow {
        server.answer(address, [Answer::Silence]);
    }
    let slow: Vec<_> = slow.iter().map(|address| welcome(address)).collect();
    notification.enqueue(slow.clone()).await.unwrap();
    eventually(SOON, async || {
        (server.received().len() == 2).then_some(()).ok_or("not yet")
    })
    .await;

    let quick: Vec<_> = (0..20).map(|n| welcome(&format!("reader{n}@quick.example"))).collect();
    notification.enqueue(quick.clone()).await.unwrap();
    for order in &quick {
        notification.reaches(order, State::Sent).await;
    }
    let under_way = notification.rows("SELECT 1 FROM mails WHERE state = 'SENDING'").await;
    let waiting = notification.rows("SELECT 1 FROM mails WHERE state = 'QUEUED'").await;
    assert_eq!((under_way, waiting), (2, 6));
    for _ in &slow {
        server.release();
    }
    for order in &slow {
        notification.reaches(order, State::Sent).await;
    }
    notification.stop().await;
}

async fn an_account_with_one_mail_does_not_wait_for_one_with_hundreds(place: Place) {
    let server = MailServer::start().await;
    server.answer("first@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    config.workers = 1;
    let notification = Notification::start(&place, config).await;
    let crowd = AccountId::new();
    let first = welcome_to(crowd, "first@example.com");
    notification.enqueue(vec![first]).await.unwrap();
    eventually(SOON, async || server.received().pop().ok_or("not yet")).await;
    let many: Vec<_> = (0..200)
        .map(|n| welcome_to(crowd, &format!("reader{n}@example.com")))
        .collect();
    notification.enqueue(many.clone()).await.unwrap();
    let one = welcome("ada@example.com");
    notification.enqueue(vec![one.clone()]).await.unwrap();
    server.release();

    for order in &many {
        notification.reaches(order, State::Sent).await;
    }
    let place = server
        .received()
        .iter()
        .position(|received| received.to == "ada@example.com");
    assert!(place.is_some_and(|place| place <= 2), "{place:?}");
    notification.stop().await;
}

async fn who_is_over_a_limit_waits_and_nobody_else_does(place: Place) {
    let server = MailServer::start().await;
    let mut config = mail(server.url());
    (config.account_per_minute, config.domain_per_minute) = (Some(3), Some(5));
    let notification = Notification::start(&place, config).await;
    let limited = AccountId::new();
    let of_account: Vec<_> = (0..9)
        .map(|n| welcome_to(limited, &format!("reader@d{n}.example")))
        .collect();
    let to_domain: Vec<_> = (0..9).map(|n| welcome(&format!("reader{n}@full.example"))).collect();
    notification.enqueue([of_account, to_domain].concat()).await.unwrap();
    let others: Vec<_> = (0..9).map(|n| welcome(&format!("reader@free{n}.example"))).collect();
    notification.enqueue(others.clone()).await.unwrap();

    for order in &others {
        notification.reaches(order, State::Sent).await;
    }
    eventually(SOON, async || {
        let sent = server.received().len();
        (sent == 9 + 3 + 5).then_some(()).ok_or(format!("{sent}"))
    })
    .await;
    let rows = "SELECT 1 FROM mails WHERE state = 'QUEUED' AND attempts = 0 AND reason = ''";
    assert_eq!(notification.rows(rows).await, 6 + 4, "who waits was not tried");
    notification.stop().await;
}

async fn mails_to_one_reader_go_out_in_their_order_when_the_server_is_back(place: Place) {
    const READERS: usize = 50;
    let reader = |n: usize| format!("reader{n}@domain{}.example", n % 7);
    let address = format!("127.0.0.1:{}", testkit::free_port().unwrap());
    let notification = Notification::start(&place, mail(format!("smtp://{address}"))).await;
    let orders: Vec<_> = (0..1_000).map(|n| welcome(&reader(n % READERS))).collect();
    for part in orders.chunks(250) {
        notification.enqueue(part.to_vec()).await.unwrap();
    }
    notification.reaches(&orders[0], State::Retrying).await;

    let server = MailServer::at(address.parse().unwrap(), &[], None).await;
    let mut sent = Vec::new();
    for order in &orders {
        sent.push(notification.reaches(order, State::Sent).await.message_id);
    }
    let received = server.received();
    assert_eq!(received.len(), orders.len());
    for n in 0..READERS {
        let to = reader(n);
        let theirs = received.iter().filter(|received| received.to == to);
        let arrived: Vec<_> = theirs.map(Received::message_id).collect();
        let expected: Vec<_> = sent.iter().skip(n).step_by(READERS).cloned().collect();
        assert_eq!(arrived, expected);
    }
    notification.stop().await;
}

async fn a_mail_that_has_trouble_of_its_own_holds_up_no_later_one(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::AtEnd("451 4.7.1 not this one, not now")]);
    let mut config = mail(server.url());
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    let notification = Notification::start(&place, config).await;
    let (first, second) = (welcome("ada@example.com"), welcome("ada@example.com"));
    notification.enqueue(vec![first.clone(), second.clone()]).await.unwrap();

    notification.reaches(&second, State::Sent).await;
    assert_eq!(notification.delivery(&first).await.state(), State::Retrying);
    notification.stop().await;
}

async fn a_row_that_cannot_be_read_is_tried_again_and_holds_up_nobody(place: Place) {
    let server = MailServer::start().await;
    server.answer("first@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    (config.workers, config.backoff_min, config.backoff_max) = (1, NEVER, NEVER);
    config.poll_interval = Duration::from_millis(20);
    let notification = Notification::start(&place, config).await;
    notification.enqueue(vec![welcome("first@example.com")]).await.unwrap();
    eventually(SOON, async || server.received().pop().ok_or("not yet")).await;
    let (poison, next) = (welcome("ada@example.com"), welcome("ada@example.com"));
    notification.enqueue(vec![poison.clone(), next.clone()]).await.unwrap();
    let spoil = format!(
        "UPDATE mails SET content = '{{' WHERE invitation_id = '{}'",
        poison.invitation_id
    );
    notification.database.writer().execute_unprepared(&spoil).await.unwrap();
    server.release();

    notification.reaches(&next, State::Sent).await;
    let poisoned = notification.reaches(&poison, State::Retrying).await;
    assert!(
        poisoned.reason.starts_with("The mail could not be written"),
        "{}",
        poisoned.reason
    );
    assert!(poisoned.next_attempt_time.is_some());
    notification.stop().await;
}
