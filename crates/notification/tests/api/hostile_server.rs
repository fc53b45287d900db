//! A real mail server, as bad as they come: every mail arrives, with one Message-ID, nobody waits for the slow ones, and the
//! states tell the truth.

use std::time::Duration;

use proto::notification::internal::v1::Mail;
use proto::notification::v1::Delivery;
use proto::notification::v1::delivery::State;
use testkit::{MailServer, eventually};

use crate::notification::{Notification, Place, mail, welcome};

crate::on_both_databases!(every_mail_arrives_whatever_the_server_does,);

/// An answer that drips takes five seconds, and a server that hangs is given up after twenty.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until a mail has come to an end.
async fn ends(notification: &Notification, order: &Mail) -> Delivery {
    eventually(PATIENCE, async || {
        let delivery = notification.delivery(order).await;
        if delivery.next_attempt_time.is_some() || delivery.state() == State::Sending {
            Err(format!("{delivery:?}"))
        } else {
            Ok(delivery)
        }
    })
    .await
}

/// Waits until the server has been handed a mail that often, and no other one.
async fn arrives(server: &MailServer, delivery: &Delivery, copies: usize) {
    let expected = vec![delivery.message_id.clone(); copies];
    eventually(PATIENCE, async || {
        let arrived = server.arrived(&delivery.to);
        if arrived == expected {
            Ok(())
        } else {
            Err(format!("{arrived:?}"))
        }
    })
    .await;
}

async fn every_mail_arrives_whatever_the_server_does(place: Place) {
    let server = MailServer::start().await.unwrap();
    let mut config = mail(server.url());
    config.ca_file = Some(server.certificate());
    config.data_timeout = Duration::from_secs(20);
    (config.workers, config.per_domain) = (8, 4);
    let notification = Notification::start(&place, config).await;

    let names = ["slow0", "slow1", "hang0", "hang1"];
    let bad: Vec<_> = names
        .iter()
        .map(|name| welcome(&format!("{name}@bad.example")))
        .collect();
    notification.enqueue(bad.clone()).await.unwrap();
    // How each mail ends, after how many attempts, and how often the server has had it by then.
    let fates = [
        ("good", State::Sent, 1, 1),
        ("gone", State::Bounced, 1, 0),
        ("spam", State::Bounced, 1, 1),
        ("greylisted", State::Sent, 3, 1),
        ("busy", State::Sent, 3, 3),
        ("drop", State::Sent, 2, 2),
    ];
    let mut orders = Vec::new();
    for round in 0..6 {
        let order = |(name, ..): &(&str, _, _, _)| welcome(&format!("{name}{round}@d{round}.example"));
        orders.extend(fates.iter().map(order));
    }
    notification.enqueue(orders.clone()).await.unwrap();

    for (order, (_, state, attempts, copies)) in orders.iter().zip(fates.iter().cycle()) {
        let delivery = ends(&notification, order).await;
        assert_eq!(
            (delivery.state(), delivery.attempts),
            (*state, *attempts),
            "{delivery:?}"
        );
        arrives(&server, &delivery, *copies).await;
    }
    // What hangs is still under way: nobody has waited for it.
    let under_way = "SELECT 1 FROM mails WHERE state = 'SENDING' AND to_address LIKE 'hang%'";
    assert_eq!(notification.rows(under_way).await, 2);
    for order in &bad {
        let delivery = ends(&notification, order).await;
        let copies = if order.to.starts_with("hang") { 2 } else { 1 };
        assert_eq!(
            (delivery.state(), delivery.attempts),
            (State::Sent, copies),
            "{delivery:?}"
        );
        arrives(&server, &delivery, usize::try_from(copies).unwrap()).await;
    }
    notification.stop().await;
}
