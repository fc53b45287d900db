//! Several processes send from one queue, and one takes over what another has left.

use std::collections::HashMap;
use std::time::Duration;

use chassis::ServerConfig;
use proto::notification::v1::delivery::State;
use testkit::eventually;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{Notification, Place, SOON, mail, welcome};

crate::on_both_databases!(
    two_processes_send_each_mail_once,
    what_a_dead_process_had_claimed_is_sent_by_another_with_the_same_message_id,
    a_slow_mail_stays_with_its_process_as_long_as_that_lives,
);

async fn two_processes_send_each_mail_once(place: Place) {
    let server = MailServer::start().await;
    let mut config = mail(server.url());
    config.workers = 3;
    config.poll_interval = Duration::from_millis(5);
    let one = Notification::start(&place, config.clone()).await;
    let other = Notification::start(&place, config).await;
    let orders: Vec<_> = (0..200).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    one.enqueue(orders.clone()).await.unwrap();

    for order in &orders {
        other.reaches(order, State::Sent).await;
    }
    let mut copies: HashMap<String, usize> = HashMap::new();
    for received in server.received() {
        *copies.entry(received.to).or_default() += 1;
    }
    assert_eq!(copies.len(), 200);
    assert!(copies.values().all(|&copies| copies == 1), "{copies:?}");
    one.stop().await;
    other.stop().await;
}

async fn what_a_dead_process_had_claimed_is_sent_by_another_with_the_same_message_id(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    config.lease = Duration::from_millis(600);
    config.poll_interval = Duration::from_millis(20);
    // It gives up waiting for the silent server at once: its claim stays, as after a crash.
    let hasty = ServerConfig {
        drain_timeout: Duration::from_millis(1),
        ..ServerConfig::default()
    };
    let first = Notification::start_with(&place, config.clone(), |config| config.server = hasty).await;
    let order = welcome("ada@example.com");
    first.enqueue(vec![order.clone()]).await.unwrap();
    eventually(SOON, async || server.received().pop().ok_or("nothing yet")).await;
    first.stop().await;

    let second = Notification::start(&place, config).await;
    let sent = second.reaches(&order, State::Sent).await;
    assert_eq!(sent.attempts, 2);
    let ids: Vec<_> = server.received().iter().map(|received| received.message_id()).collect();
    assert_eq!(ids, [sent.message_id.clone(), sent.message_id]);
    second.stop().await;
}

async fn a_slow_mail_stays_with_its_process_as_long_as_that_lives(place: Place) {
    let server = MailServer::start().await;
    server.answer("slow@example.com", [Answer::Silence]);
    let mut config = mail(server.url());
    config.lease = Duration::from_millis(800);
    config.poll_interval = Duration::from_millis(20);
    let one = Notification::start(&place, config.clone()).await;
    let other = Notification::start(&place, config).await;
    let slow = welcome("slow@example.com");
    one.enqueue(vec![slow.clone()]).await.unwrap();
    eventually(SOON, async || server.received().pop().ok_or("nothing yet")).await;

    // Mails that are refused for now and come back show that two leases have passed.
    server.answer("late@example.com", vec![Answer::AtEnd("451 later"); 70]);
    let late = welcome("late@example.com");
    one.enqueue(vec![late.clone()]).await.unwrap();
    one.reaches(&late, State::Sent).await;
    let still = one.delivery(&slow).await;
    assert_eq!((still.state(), still.attempts), (State::Sending, 1));
    server.release();
    assert_eq!(other.reaches(&slow, State::Sent).await.attempts, 1);
    assert_eq!(server.received_by("slow@example.com").len(), 1);
    one.stop().await;
    other.stop().await;
}
