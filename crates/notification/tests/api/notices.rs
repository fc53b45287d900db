//! Mails that are not about an invitation.

use proto::notification::internal::v1::{Bill, Mail, SeatCount};
use proto::notification::v1::delivery::{Kind, State};
use proto::notification::v1::{Delivery, ListDeliveriesRequest};
use sea_orm::{ConnectionTrait, Statement};
use testkit::eventually;
use tonic::Code;
use types::{AccountId, InvitationId, Role};

use crate::mail_server::MailServer;
use crate::notification::{
    Notification, Place, SOON, mail, notice, person, refused_fields, secret_of, sign_up, welcome_to,
};

crate::on_both_databases!(
    a_mail_for_no_account_arrives_and_is_in_no_list,
    the_link_of_a_notice_is_erased_when_it_is_sent,
    an_account_sees_its_notices_beside_its_invitations,
    each_kind_arrives_and_says_whom_it_is_about,
    a_mail_about_bills_says_what_it_was_told,
    what_a_kind_has_no_use_for_is_refused,
);

/// Waits until a mail has arrived; answers its text.
async fn arrives(server: &MailServer, to: &str) -> String {
    eventually(SOON, async || {
        let received = server.received_by(to);
        let text = received
            .first()
            .map(|mail| mail.parse().body_text(0).unwrap().into_owned());
        text.ok_or("nothing yet")
    })
    .await
}

async fn list(notification: &Notification, account: AccountId) -> Vec<Delivery> {
    let admin = person(account, Role::Admin);
    let request = ListDeliveriesRequest::default();
    notification.list(&admin, request).await.unwrap().deliveries
}

async fn a_mail_for_no_account_arrives_and_is_in_no_list(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = sign_up("ada@example.com");
    let mut twin = order.clone();
    twin.to = "twin@example.com".into();
    notification.enqueue(vec![order.clone(), twin]).await.unwrap();

    let text = arrives(&server, "ada@example.com").await;
    assert!(
        text.contains(&order.link) && text.contains("Analytical Engines"),
        "{text}"
    );
    assert!(list(&notification, AccountId::new()).await.is_empty());
    let known = Mail {
        kind: Kind::SignUpKnown.into(),
        send_key: "another".into(),
        link: String::new(),
        expire_time: None,
        ..sign_up("known@example.com")
    };
    notification.enqueue(vec![known]).await.unwrap();
    let text = arrives(&server, "known@example.com").await;
    assert!(text.contains("already") && !text.contains("token="), "{text}");
    // A send key is used once, also where there is no account.
    assert!(server.received_by("twin@example.com").is_empty());
    notification.stop().await;
}

async fn the_link_of_a_notice_is_erased_when_it_is_sent(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let order = sign_up("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();
    arrives(&server, "ada@example.com").await;

    let reader = notification.database.reader();
    let rows = async |sql: String| {
        let statement = Statement::from_string(reader.get_database_backend(), sql);
        reader.query_all_raw(statement).await.unwrap().len()
    };
    let sent = "SELECT id FROM mails WHERE state = 'SENT' AND link IS NULL";
    eventually(SOON, async || match rows(sent.to_owned()).await {
        1 => Ok(()),
        count => Err(count),
    })
    .await;
    let secret = secret_of(&order);
    let holding = format!("SELECT id FROM mails WHERE content || reason || send_key LIKE '%{secret}%'");
    assert_eq!(rows(holding).await, 0);
    notification.stop().await;
}

async fn an_account_sees_its_notices_beside_its_invitations(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let (account, other) = (AccountId::new(), AccountId::new());
    let invitation = welcome_to(account, "ada@example.com");
    let left = notice(account, Kind::TransferLeft, "admin@example.com");
    notification.enqueue(vec![invitation.clone()]).await.unwrap();
    notification.enqueue(vec![left]).await.unwrap();
    notification.reaches(&invitation, State::Sent).await;
    arrives(&server, "admin@example.com").await;

    let seen: Vec<_> = list(&notification, account)
        .await
        .into_iter()
        .map(|delivery| (delivery.kind(), delivery.invitation_id, delivery.to))
        .collect();
    let expected = [
        (Kind::TransferLeft, String::new(), "admin@example.com".to_owned()),
        (Kind::Welcome, invitation.invitation_id, "ada@example.com".to_owned()),
    ];
    assert_eq!(seen, expected);
    assert!(list(&notification, other).await.is_empty());
    notification.stop().await;
}

async fn each_kind_arrives_and_says_whom_it_is_about(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let kinds = [
        Kind::PasswordChanged,
        Kind::TransferJoined,
        Kind::TransferLeft,
        Kind::TransferDeclined,
        Kind::TransferStayed,
        Kind::BillingContactOffered,
        Kind::BillingContactChanged,
        Kind::AccountClosed,
    ];
    let address = |kind: Kind| format!("{}@example.com", kind.as_str_name().to_lowercase());
    let mails = kinds.map(|kind| notice(account, kind, &address(kind)));
    notification.enqueue(mails.into()).await.unwrap();
    for kind in kinds {
        let text = arrives(&server, &address(kind)).await;
        assert!(text.contains("Analytical Engines"), "{kind:?}: {text}");
        let names_nobody = matches!(kind, Kind::PasswordChanged | Kind::TransferStayed);
        let named = names_nobody || text.contains("Charles Babbage");
        assert!(named, "{kind:?}: {text}");
    }
    let seen: Vec<_> = list(&notification, account).await.iter().map(Delivery::kind).collect();
    assert_eq!(seen.len(), kinds.len());
    assert!(kinds.iter().all(|kind| seen.contains(kind)), "{seen:?}");
    notification.stop().await;
}

async fn a_mail_about_bills_says_what_it_was_told(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let bill = Bill {
        invoice_number: 7,
        amount: 123_450,
        currency: "EUR".into(),
        date: "2026-08-03".into(),
        seats: vec![SeatCount {
            product_name: "Meeting".into(),
            present: 12_000,
            seats: 8_000,
        }],
    };
    let cases = [
        (Kind::InvoiceIssued, "en", "EUR\u{a0}1,234.50"),
        (Kind::PaymentFailed, "de", "1.234,50\u{a0}EUR"),
        (Kind::SeatsDecreasing, "en", "Meeting: 8,000 instead of 12,000"),
        (Kind::SubscriptionGrace, "fr", "jusqu’au 3 août 2026"),
    ];
    let address = |kind: Kind| format!("{}@example.com", kind.as_str_name().to_lowercase());
    let mails = cases.map(|(kind, language, _)| Mail {
        language: language.into(),
        person_name: String::new(),
        bill: Some(bill.clone()),
        ..notice(account, kind, &address(kind))
    });
    notification.enqueue(mails.into()).await.unwrap();
    for (kind, _, words) in cases {
        let text = arrives(&server, &address(kind)).await;
        assert!(text.contains(words), "{kind:?}: {text}");
    }
    notification.stop().await;
}

async fn what_a_kind_has_no_use_for_is_refused(place: Place) {
    let server = MailServer::start().await;
    let notification = Notification::start(&place, mail(server.url())).await;
    let account = AccountId::new();
    let joined = || notice(account, Kind::TransferJoined, "admin@example.com");
    let cases: [(&str, Mail); 5] = [
        (
            "account_id",
            Mail {
                account_id: account.to_string(),
                ..sign_up("ada@example.com")
            },
        ),
        (
            "account_id",
            Mail {
                account_id: String::new(),
                ..joined()
            },
        ),
        (
            "invitation_id",
            Mail {
                invitation_id: InvitationId::new().to_string(),
                ..joined()
            },
        ),
        (
            "link",
            Mail {
                link: "https://usher.example/x".into(),
                ..joined()
            },
        ),
        (
            "person_name",
            Mail {
                person_name: String::new(),
                ..joined()
            },
        ),
    ];
    for (field, order) in cases {
        let answer = refused_fields(notification.enqueue(vec![order]).await);
        let fields = vec![format!("mails[0].{field}")];
        assert_eq!(answer, (Code::InvalidArgument, "MAIL_MALFORMED".into(), fields));
    }
    assert!(list(&notification, account).await.is_empty());
    notification.stop().await;
}
