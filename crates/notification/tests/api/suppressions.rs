//! An address that takes no mail gets none, until somebody knows better.

use proto::notification::internal::v1::Mail;
use proto::notification::v1::delivery::{Kind, State};
use testkit::eventually;
use tonic::Code;
use types::AccountId;

use crate::mail_server::{Answer, MailServer};
use crate::notification::{ALL_SERVICES, Notification, Place, SOON, mail, notice, refusal, welcome};

crate::on_both_databases!(
    what_is_refused_to_an_address_keeps_every_later_mail_from_it,
    a_refusal_of_a_mail_says_nothing_of_its_address,
    what_is_sent_again_is_tried_and_mends_the_address_or_does_not,
    an_operator_takes_an_address_off_the_list,
    only_the_operator_may_look_at_the_list,
);

/// A mail that somebody asks for anew.
fn resent(order: &Mail, generation: u32) -> Mail {
    Mail {
        send_key: format!("{}/{generation}", order.invitation_id),
        resent: true,
        ..order.clone()
    }
}

async fn what_is_refused_to_an_address_keeps_every_later_mail_from_it(place: Place) {
    let server = MailServer::start().await;
    server.answer("Ada@example.com", [Answer::AtRecipient("550 5.1.1 no such user")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let first = welcome("Ada@example.com");
    notification.enqueue(vec![first.clone()]).await.unwrap();
    let bounced = notification.reaches(&first, State::Bounced).await;

    // Whatever the case, the account, and the kind: a link to a new password is read there as little.
    let account = AccountId::new();
    let later = welcome("ADA@EXAMPLE.COM");
    let mut reset = notice(account, Kind::PasswordReset, "ada@example.com");
    reset.person_name.clear();
    reset.link.clone_from(&first.link);
    reset.expire_time = first.expire_time;
    notification.enqueue(vec![later.clone(), reset]).await.unwrap();
    let suppressed = notification.reaches(&later, State::Suppressed).await;
    assert_eq!(
        (suppressed.reason.as_str(), suppressed.attempts),
        ("550 5.1.1 no such user", 0)
    );
    let reset = eventually(SOON, async || {
        let rows = "SELECT 1 FROM mails WHERE state = 'SUPPRESSED' AND kind = 'PASSWORD_RESET' AND link IS NULL";
        (notification.rows(rows).await == 1).then_some(()).ok_or("not yet")
    });
    reset.await;
    assert_eq!(server.commands().iter().filter(|verb| *verb == "RCPT").count(), 1);
    let told = eventually(SOON, async || {
        let mut events = notification.audit_sink.events().into_iter();
        events.find(|event| event.subject_id == suppressed.id).ok_or("not yet")
    })
    .await;
    assert_eq!(told.action, "mail.suppress");

    let entry = notification.suppression("operator", "aDa@example.com").await.unwrap();
    assert_eq!(
        (entry.address.as_str(), entry.delivery_id),
        ("ada@example.com", bounced.id)
    );
    assert_eq!(entry.reason, "550 5.1.1 no such user");
    notification.stop().await;
}

async fn a_refusal_of_a_mail_says_nothing_of_its_address(place: Place) {
    let server = MailServer::start().await;
    server.answer(
        "ada@example.com",
        [
            Answer::AtEnd("554 5.7.1 looks like spam"),
            Answer::AtRecipient("552 5.2.2 mailbox full"),
        ],
    );
    let notification = Notification::start(&place, mail(server.url())).await;
    for state in [State::Bounced, State::Bounced, State::Sent] {
        let order = welcome("ada@example.com");
        notification.enqueue(vec![order.clone()]).await.unwrap();
        notification.reaches(&order, state).await;
    }
    let answer = notification.suppression("operator", "ada@example.com").await;
    assert_eq!(refusal(answer), (Code::NotFound, "SUPPRESSION_NOT_FOUND".into()));
    notification.stop().await;
}

async fn what_is_sent_again_is_tried_and_mends_the_address_or_does_not(place: Place) {
    let server = MailServer::start().await;
    let refused = Answer::AtRecipient("550 5.1.1 no such user");
    server.answer("ada@example.com", [refused.clone(), refused]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let first = welcome("ada@example.com");
    notification.enqueue(vec![first.clone()]).await.unwrap();
    notification.reaches(&first, State::Bounced).await;

    let second = resent(&first, 2);
    notification.enqueue(vec![second.clone()]).await.unwrap();
    eventually(SOON, async || {
        let bounced = notification.rows("SELECT 1 FROM mails WHERE state = 'BOUNCED'").await;
        (bounced == 2).then_some(()).ok_or("not yet")
    })
    .await;
    let other = welcome("ada@example.com");
    notification.enqueue(vec![other.clone()]).await.unwrap();
    notification.reaches(&other, State::Suppressed).await;

    // By now there is such a user.
    let third = resent(&first, 3);
    notification.enqueue(vec![third.clone()]).await.unwrap();
    notification.reaches(&third, State::Sent).await;
    assert_eq!(notification.rows("SELECT 1 FROM suppressions").await, 0);
    let next = welcome("ada@example.com");
    notification.enqueue(vec![next.clone()]).await.unwrap();
    notification.reaches(&next, State::Sent).await;
    notification.stop().await;
}

async fn an_operator_takes_an_address_off_the_list(place: Place) {
    let server = MailServer::start().await;
    server.answer("ada@example.com", [Answer::AtRecipient("550 no such user")]);
    let notification = Notification::start(&place, mail(server.url())).await;
    let first = welcome("ada@example.com");
    notification.enqueue(vec![first.clone()]).await.unwrap();
    notification.reaches(&first, State::Bounced).await;

    notification
        .delete_suppression("operator", "Ada@Example.com")
        .await
        .unwrap();
    let next = welcome("ada@example.com");
    notification.enqueue(vec![next.clone()]).await.unwrap();
    notification.reaches(&next, State::Sent).await;
    let again = notification.delete_suppression("operator", "ada@example.com").await;
    assert_eq!(refusal(again), (Code::NotFound, "SUPPRESSION_NOT_FOUND".into()));
    let malformed = notification.delete_suppression("operator", "ada@example.com\r\n").await;
    assert_eq!(refusal(malformed), (Code::InvalidArgument, "ADDRESS_MALFORMED".into()));
    notification.stop().await;
}

async fn only_the_operator_may_look_at_the_list(place: Place) {
    let notification = Notification::start(&place, mail("folder:/nowhere")).await;
    for issuer in ALL_SERVICES {
        let found = notification.suppression(issuer, "ada@example.com").await;
        assert_eq!(refusal(found).0, Code::PermissionDenied, "{issuer}");
        let deleted = notification.delete_suppression(issuer, "ada@example.com").await;
        assert_eq!(refusal(deleted).0, Code::PermissionDenied, "{issuer}");
    }
    notification.stop().await;
}
