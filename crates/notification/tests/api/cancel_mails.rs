//! A mail that nobody needs any more is not sent, in whatever order the words about it come.

use proto::notification::internal::v1::MailKey;
use proto::notification::v1::delivery::State;
use testkit::eventually;
use tonic::Code;
use types::AccountId;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{ALL_SERVICES, NEVER, Notification, Place, SOON, mail, refusal, refused_fields, welcome};

crate::on_both_databases!(
    a_mail_that_waits_is_cancelled_at_once_and_loses_its_link,
    a_cancellation_that_comes_first_holds_for_the_mail,
    what_is_under_way_or_sent_stays_what_it_is,
    a_mail_whose_link_has_expired_is_not_sent,
    only_identity_may_cancel_and_malformed_keys_are_named,
);

async fn a_mail_that_waits_is_cancelled_at_once_and_loses_its_link(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::AtEnd("451 later")]);
    let mut config = mail(server.url());
    config.backoff_min = NEVER;
    config.backoff_max = NEVER;
    let notification = Notification::start(&place, config).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    notification.reaches(&order, State::Retrying).await;

    notification.cancel(&order).await.unwrap();
    let cancelled = notification.delivery(&order).await;
    assert_eq!((cancelled.state(), cancelled.attempts), (State::Cancelled, 1));
    assert_eq!(cancelled.reason, "What it is about has ended, or was sent anew.");
    assert!(cancelled.next_attempt_time.is_none() && cancelled.send_time.is_none());
    let links = format!("SELECT 1 FROM mails WHERE link IS NOT NULL AND id = '{}'", cancelled.id);
    assert_eq!(notification.rows(&links).await, 0);
    notification.cancel(&order).await.unwrap();
    assert_eq!(notification.delivery(&order).await, cancelled, "again, it does nothing");
    assert_eq!(server.received().len(), 1);
    notification.stop().await;
}

async fn a_cancellation_that_comes_first_holds_for_the_mail(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("ada@example.com");
    notification.cancel(&order).await.unwrap();
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let cancelled = notification.reaches(&order, State::Cancelled).await;
    assert_eq!(cancelled.attempts, 0);
    // The same key of another account, and another key of the same one, are other mails.
    let (mut stranger, mut next) = (order.clone(), order.clone());
    stranger.account_id = AccountId::new().to_string();
    next.send_key = format!("{}/2", order.invitation_id);
    notification
        .enqueue(vec![stranger.clone(), next.clone()])
        .await
        .unwrap();
    notification.reaches(&stranger, State::Sent).await;
    notification.reaches(&next, State::Sent).await;
    assert_eq!(server.received().len(), 2);
    notification.stop().await;
}

async fn what_is_under_way_or_sent_stays_what_it_is(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::Silence]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let (under_way, sent) = (welcome("ada@example.com"), welcome("bob@example.com"));
    notification
        .enqueue(vec![under_way.clone(), sent.clone()])
        .await
        .unwrap();
    notification.reaches(&sent, State::Sent).await;
    eventually(SOON, async || {
        server.received_by("ada@example.com").pop().ok_or("not yet")
    })
    .await;

    notification.cancel(&under_way).await.unwrap();
    notification.cancel(&sent).await.unwrap();
    assert_eq!(notification.delivery(&under_way).await.state(), State::Sending);
    assert_eq!(notification.delivery(&sent).await.state(), State::Sent);
    server.release();
    notification.reaches(&under_way, State::Sent).await;
    notification.stop().await;
}

async fn a_mail_whose_link_has_expired_is_not_sent(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let mut order = welcome("ada@example.com");
    order.expire_time = Some(prost_types::Timestamp {
        seconds: 1_700_000_000,
        nanos: 0,
    });
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let cancelled = notification.reaches(&order, State::Cancelled).await;
    assert_eq!(
        (cancelled.reason.as_str(), cancelled.attempts),
        ("Its link has expired.", 0)
    );
    assert!(server.received().is_empty());
    notification.stop().await;
}

async fn only_identity_may_cancel_and_malformed_keys_are_named(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    for issuer in ALL_SERVICES.into_iter().filter(|&name| name != "identity") {
        let answer = notification.cancel_as(issuer, vec![]).await;
        assert_eq!(refusal(answer).0, Code::PermissionDenied, "{issuer}");
    }
    let key = |account_id: &str, send_key: &str| MailKey {
        account_id: account_id.into(),
        send_key: send_key.into(),
    };
    let account = AccountId::new().to_string();
    let refused = |fields: &[&str]| {
        let fields = fields.iter().map(ToString::to_string).collect();
        (Code::InvalidArgument, "MAIL_MALFORMED".to_owned(), fields)
    };
    let keys = vec![key(&account, "a"), key("usr_1", "a"), key(&account, "")];
    let answer = notification.cancel_as("identity", keys).await;
    assert_eq!(
        refused_fields(answer),
        refused(&["keys[1].account_id", "keys[2].send_key"])
    );
    let answer = notification
        .cancel_as("identity", vec![key(&account, "a"); 1_001])
        .await;
    assert_eq!(refused_fields(answer), refused(&["keys"]));
    assert_eq!(notification.rows("SELECT 1 FROM cancellations").await, 0);
    notification.stop().await;
}
