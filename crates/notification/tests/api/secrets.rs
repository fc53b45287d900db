//! The link is a secret: it is in the mail, in the row until the mail is sent, and nowhere else.

use proto::notification::internal::v1::Mail;
use proto::notification::v1::ListDeliveriesRequest;
use proto::notification::v1::delivery::State;
use sea_orm::{ConnectionTrait, Statement};
use types::Role;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{NEVER, Notification, Place, mail, person, secret_of, welcome};

crate::on_both_databases!(
    the_link_is_erased_when_the_mail_is_sent_or_bounced,
    a_mail_that_waits_keeps_its_link,
    a_server_that_quotes_the_link_does_not_give_it_away,
);

async fn the_link_is_erased_when_the_mail_is_sent_or_bounced(place: Place) {
    let server = MailServer::start().await;
    server.answer("nobody@example.com", [Answer::AtRecipient("550 no")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let (sent, bounced) = (welcome("ada@example.com"), welcome("nobody@example.com"));
    notification.enqueue(vec![sent.clone(), bounced.clone()]).await.unwrap();

    notification.reaches(&sent, State::Sent).await;
    notification.reaches(&bounced, State::Bounced).await;
    for order in [&sent, &bounced] {
        assert_eq!(rows_that_hold_the_secret_of(&notification, order).await, 0);
        assert_eq!(rows(&notification, order).await, 1);
    }
    notification.stop().await;
}

async fn a_mail_that_waits_keeps_its_link(place: Place) {
    let server = MailServer::start().await;
    server.answer("busy@example.com", [Answer::AtEnd("451 later")]);
    let mut config = mail(server.url());
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    let notification = Notification::start(&place, config).await;
    let order = welcome("busy@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    notification.reaches(&order, State::Retrying).await;
    assert_eq!(rows_that_hold_the_secret_of(&notification, &order).await, 1);
    notification.stop().await;
}

async fn a_server_that_quotes_the_link_does_not_give_it_away(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::Quoting("usher.example/accept")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let bounced = notification.reaches(&order, State::Bounced).await;
    assert_eq!(bounced.reason, "550 [link]");
    let admin = person(order.account_id.parse().unwrap(), Role::Admin);
    let list = notification
        .list(&admin, ListDeliveriesRequest::default())
        .await
        .unwrap();
    assert_eq!(list.deliveries.len(), 1);
    assert!(!format!("{list:?}").contains(secret_of(&order)), "{list:?}");
    assert_eq!(rows_that_hold_the_secret_of(&notification, &order).await, 0);
    notification.stop().await;
}

async fn rows(notification: &Notification, order: &Mail) -> usize {
    count(notification, order, "1 = 1").await
}

async fn rows_that_hold_the_secret_of(notification: &Notification, order: &Mail) -> usize {
    let columns = "coalesce(link, '') || content || reason || to_address || send_key || message_id";
    count(
        notification,
        order,
        &format!("({columns}) LIKE '%{}%'", secret_of(order)),
    )
    .await
}

async fn count(notification: &Notification, order: &Mail, condition: &str) -> usize {
    let reader = notification.database.reader();
    let sql = format!(
        "SELECT id FROM mails WHERE invitation_id = '{}' AND {condition}",
        order.invitation_id
    );
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    reader.query_all_raw(statement).await.unwrap().len()
}
