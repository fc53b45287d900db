//! `DeliveryService/WaitForMail`: a script takes a link out of a mail, in a sandbox only.

use proto::notification::v1::WaitForMailRequest;
use proto::notification::v1::delivery::{Kind, State};
use tonic::Code;
use types::{AccountId, Role};

use crate::mail_server::MailServer;
use crate::notification::{Notification, Place, mail, person, refusal, sign_up, welcome_to};

crate::on_both_databases!(
    a_mail_is_waited_for_and_shown_with_its_links,
    what_is_no_mail_of_the_account_is_not_shown,
    elsewhere_nothing_is_kept_or_shown,
    what_is_malformed_is_refused,
);

fn wanted(recipient: &str) -> WaitForMailRequest {
    WaitForMailRequest {
        recipient: recipient.into(),
        ..WaitForMailRequest::default()
    }
}

async fn sandbox(place: &Place, server: &MailServer) -> Notification {
    let mut config = mail(server.url());
    config.sandbox = true;
    Notification::start(place, config).await
}

async fn a_mail_is_waited_for_and_shown_with_its_links(place: Place) {
    let server = MailServer::start().await;
    let notification = sandbox(&place, &server).await;
    let account = AccountId::new();
    let (admin, order) = (person(account, Role::Admin), welcome_to(account, "Ada@example.com"));
    let waiting = notification.wait_for(&admin, wanted("ada@EXAMPLE.com"));
    let (found, queued) = tokio::join!(waiting, notification.enqueue(vec![order.clone()]));
    queued.unwrap();

    let found = found.unwrap();
    assert_eq!(found.subject, "Charles Babbage invited you to Analytical Engines");
    assert!(found.text.contains("Hello Ada,"), "{}", found.text);
    assert!(found.html.contains("</html>"), "{}", found.html);
    let expected = [
        order.link.as_str(),
        "https://usher.example/guides/meeting",
        "https://usher.example/guides/training",
    ];
    assert_eq!(found.links, expected);
    let delivery = found.delivery.unwrap();
    assert_eq!(delivery, notification.reaches(&order, State::Sent).await);

    // The next one, of another kind, by the one before.
    let transfer = proto::notification::internal::v1::Mail {
        kind: Kind::Transfer.into(),
        ..welcome_to(account, "ada@example.com")
    };
    notification.enqueue(vec![transfer.clone()]).await.unwrap();
    let next = WaitForMailRequest {
        kind: Kind::Transfer.into(),
        after: delivery.id,
        ..wanted("ada@example.com")
    };
    let found = notification.wait_for(&admin, next).await.unwrap();
    assert_eq!(found.links[0], transfer.link);
    notification.stop().await;
}

async fn what_is_no_mail_of_the_account_is_not_shown(place: Place) {
    let server = MailServer::start().await;
    let notification = sandbox(&place, &server).await;
    let account = AccountId::new();
    let theirs = welcome_to(AccountId::new(), "ada@example.com");
    let nobodys = sign_up("ada@example.com");
    notification
        .enqueue(vec![nobodys.clone(), theirs.clone()])
        .await
        .unwrap();
    notification.reaches(&theirs, State::Sent).await;

    let admin = person(account, Role::Admin);
    let found = notification.wait_for(&admin, wanted("ada@example.com")).await.unwrap();
    assert_eq!(found.delivery.unwrap().kind(), Kind::SignUp);
    assert_eq!(found.links, [nobodys.link]);
    let theirs = WaitForMailRequest {
        kind: Kind::Welcome.into(),
        ..wanted("ada@example.com")
    };
    let answer = notification.wait_briefly(&admin, theirs).await;
    assert_eq!(refusal(answer), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".into()));
    notification.stop().await;
}

async fn elsewhere_nothing_is_kept_or_shown(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let order = welcome_to(account, "ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    notification.reaches(&order, State::Sent).await;
    let admin = person(account, Role::Admin);
    let answer = notification.wait_for(&admin, wanted("ada@example.com"));
    let refused = (Code::FailedPrecondition, "SANDBOX_REQUIRED".to_owned());
    assert_eq!(refusal(answer.await), refused);
    assert_eq!(notification.rows("SELECT 1 FROM kept_mails").await, 0);
    notification.stop().await;
}

async fn what_is_malformed_is_refused(place: Place) {
    let server = MailServer::start().await;
    let notification = sandbox(&place, &server).await;
    let account = AccountId::new();
    let admin = person(account, Role::Admin);
    let cases = [
        (wanted(""), "ADDRESS_MALFORMED"),
        (wanted("ada@example.com\r\nBcc: eve@example.com"), "ADDRESS_MALFORMED"),
        (
            WaitForMailRequest {
                kind: 999,
                ..wanted("ada@example.com")
            },
            "LIST_MALFORMED",
        ),
        (
            WaitForMailRequest {
                after: "inv_1".into(),
                ..wanted("ada@example.com")
            },
            "ID_MALFORMED",
        ),
    ];
    for (request, reason) in cases {
        let answer = notification.wait_for(&admin, request).await;
        assert_eq!(refusal(answer), (Code::InvalidArgument, reason.into()));
    }
    let member = person(account, Role::Member);
    let answer = notification.wait_for(&member, wanted("ada@example.com")).await;
    assert_eq!(refusal(answer).0, Code::PermissionDenied);
    notification.stop().await;
}
