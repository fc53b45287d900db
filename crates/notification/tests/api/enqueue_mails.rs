//! `usher.notification.internal.v1.MailService/EnqueueMails`.

use chassis::Actor;
use proto::notification::internal::v1::{GrantedProduct, Mail};
use proto::notification::v1::ListDeliveriesRequest;
use proto::notification::v1::delivery::State;
use tonic::Code;
use types::{AccountId, Role};

use crate::mail_server::MailServer;
use crate::notification::{
    ALL_SERVICES, NEVER, Notification, Place, mail, person, refusal, refused_fields, welcome, welcome_to,
};

crate::on_both_databases!(
    a_send_key_queues_once,
    a_send_key_belongs_to_its_account,
    twenty_callers_with_the_same_send_key_queue_once,
    a_queued_mail_goes_out_at_once,
    a_malformed_mail_queues_nothing_and_is_named,
    a_thousand_mails_are_taken_and_one_more_is_not,
    only_identity_may_queue,
);

async fn a_send_key_queues_once(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = welcome("ada@example.com");
    let mut twin = order.clone();
    twin.to = "twin@example.com".into();
    notification
        .enqueue(vec![order.clone(), order.clone(), twin.clone()])
        .await
        .unwrap();
    let sent = notification.reaches(&order, State::Sent).await;
    notification.enqueue(vec![order.clone()]).await.unwrap();
    notification.enqueue(vec![twin]).await.unwrap();

    // What was ordered after the repetitions is sent after them.
    let last = welcome("last@example.com");
    notification.enqueue(vec![last.clone()]).await.unwrap();
    notification.reaches(&last, State::Sent).await;
    assert_eq!(notification.delivery(&order).await, sent);
    assert_eq!(list(&notification, &order.account_id).await, 1);
    assert_eq!(server.received_by("ada@example.com").len(), 1);
    assert!(server.received_by("twin@example.com").is_empty());
    notification.stop().await;
}

async fn a_send_key_belongs_to_its_account(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let (order, mut other) = (welcome("ada@example.com"), welcome("bob@example.com"));
    other.send_key = order.send_key.clone();
    notification.enqueue(vec![order.clone(), other.clone()]).await.unwrap();

    notification.reaches(&order, State::Sent).await;
    notification.reaches(&other, State::Sent).await;
    notification.stop().await;
}

async fn twenty_callers_with_the_same_send_key_queue_once(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let orders: Vec<_> = (0..10).map(|n| welcome(&format!("reader{n}@example.com"))).collect();
    let mut reversed = orders.clone();
    reversed.reverse();
    let calls = (0..20).map(|n| notification.enqueue(if n % 2 == 0 { orders.clone() } else { reversed.clone() }));
    for answer in futures::future::join_all(calls).await {
        answer.unwrap();
    }

    for order in &orders {
        notification.reaches(order, State::Sent).await;
        assert_eq!(list(&notification, &order.account_id).await, 1);
    }
    assert_eq!(server.received().len(), 10);
    notification.stop().await;
}

async fn a_queued_mail_goes_out_at_once(place: Place) {
    let server = MailServer::start().await;
    let mut config = mail(server.url());
    config.poll_interval = NEVER;
    let notification = Notification::start(&place, config).await;
    let first = welcome("ada@example.com");
    notification.enqueue(vec![first.clone()]).await.unwrap();
    notification.reaches(&first, State::Sent).await;

    let second = welcome("bob@example.com");
    notification.enqueue(vec![second.clone()]).await.unwrap();
    notification.reaches(&second, State::Sent).await;
    notification.stop().await;
}

type Spoil = fn(&mut Mail);

/// A way to spoil each field.
const SPOILT: [(&str, Spoil); 20] = [
    ("send_key", |mail| mail.send_key.clear()),
    ("send_key", |mail| mail.send_key.push('\n')),
    ("account_id", |mail| mail.account_id = "acc_1".into()),
    ("invitation_id", |mail| mail.invitation_id.clear()),
    ("kind", |mail| mail.kind = 0),
    ("kind", |mail| mail.kind = 99),
    ("to", |mail| mail.to.clear()),
    ("to", |mail| mail.to = "ada@example.com\r\nBcc: eve@example.com".into()),
    ("to", |mail| mail.to = "ada@example.com, eve@example.com".into()),
    ("to", |mail| mail.to = "\"a b\"@example.com".into()),
    ("given_name", |mail| {
        mail.given_name = "Ada\r\nBcc: eve@example.com".into()
    }),
    ("family_name", |mail| mail.family_name = "Love\0lace".into()),
    ("person_name", |mail| mail.person_name = "Charles\u{2028}Babbage".into()),
    ("account_name", |mail| mail.account_name = "x".repeat(1_000_000)),
    ("language", |mail| mail.language = "klingonisch".into()),
    ("link", |mail| mail.link = "javascript:alert(1)".into()),
    ("expire_time", |mail| mail.expire_time = None),
    ("expire_time", |mail| {
        mail.expire_time = Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        })
    }),
    ("products[1].name", |mail| mail.products[1].name = "Meet\ring".into()),
    ("products[1].guide_url", |mail| {
        mail.products[1].guide_url = "https://x/\r\n".into()
    }),
];

async fn a_malformed_mail_queues_nothing_and_is_named(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    for (field, spoil) in SPOILT {
        let mut mails = vec![
            welcome_to(account, "one@example.com"),
            welcome_to(account, "two@example.com"),
        ];
        spoil(&mut mails[1]);
        let answer = refused_fields(notification.enqueue(mails).await);
        assert_eq!(
            answer,
            (
                Code::InvalidArgument,
                "MAIL_MALFORMED".into(),
                vec![format!("mails[1].{field}")]
            )
        );
    }
    let mut crowded = welcome_to(account, "one@example.com");
    crowded.products = vec![GrantedProduct::default(); 101];
    let answer = refused_fields(notification.enqueue(vec![crowded]).await);
    assert_eq!(answer.2, ["mails[0].products"]);
    assert_eq!(list(&notification, &account.to_string()).await, 0);
    assert!(server.received().is_empty());
    notification.stop().await;
}

async fn a_thousand_mails_are_taken_and_one_more_is_not(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let notification = Notification::start(&place, mail(format!("folder:{}", folder.path().display()))).await;
    let account = AccountId::new();
    let mut mails: Vec<_> = (0..1_001)
        .map(|n| welcome_to(account, &format!("reader{n}@example.com")))
        .collect();
    let answer = refused_fields(notification.enqueue(mails.clone()).await);
    assert_eq!(
        answer,
        (Code::InvalidArgument, "MAIL_MALFORMED".into(), vec!["mails".to_owned()])
    );
    assert_eq!(list(&notification, &account.to_string()).await, 0);

    mails.truncate(1_000);
    notification.enqueue(mails.clone()).await.unwrap();
    assert_eq!(list(&notification, &account.to_string()).await, 1_000);
    notification.enqueue(Vec::new()).await.unwrap();
    notification.stop().await;
}

async fn only_identity_may_queue(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let order = || vec![welcome_to(account, "ada@example.com")];
    for issuer in ALL_SERVICES.into_iter().filter(|&issuer| issuer != "identity") {
        for actor in [Actor::Service, person(account, Role::SuperAdmin)] {
            let answer = notification.enqueue_as(issuer, &actor, order()).await;
            assert_eq!(
                refusal(answer),
                (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()),
                "{issuer}"
            );
        }
    }
    let answer = notification.enqueue_unsigned(order()).await;
    assert_eq!(refusal(answer), (Code::Unauthenticated, "CALLER_REQUIRED".into()));
    assert_eq!(list(&notification, &account.to_string()).await, 0);
    notification.stop().await;
}

/// How many mails an account has.
async fn list(notification: &Notification, account: &str) -> usize {
    let admin = person(account.parse().unwrap(), Role::Admin);
    let mut request = ListDeliveriesRequest {
        page_size: 500,
        ..ListDeliveriesRequest::default()
    };
    let mut count = 0;
    loop {
        let page = notification.list(&admin, request.clone()).await.unwrap();
        count += page.deliveries.len();
        if page.next_page_token.is_empty() {
            return count;
        }
        request.page_token = page.next_page_token;
    }
}
