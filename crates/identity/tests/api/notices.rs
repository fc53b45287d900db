//! What other services have the billing contact told about bills and seats.

use chassis::{Person, write_billing_notice};
use identity::Config;
use proto::identity::internal::v1::NotifyBillingContactRequest;
use proto::identity::internal::v1::notice_service_client::NoticeServiceClient;
use proto::notification::internal::v1::{Bill, Mail, SeatCount as WireSeats};
use proto::notification::v1::delivery::Kind;
use tonic::{Code, Status};
use types::{AccountId, BillingNotice, BillingNoticeKind, Currency, Money, SeatCount};

use crate::close_account::close;
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{arrived, bad_fields, refusal};

on_both_databases! {
    the_billing_contact_is_told_in_their_language_and_the_address_for_invoices_too
    a_repeated_notice_is_known_by_its_send_key
    nobody_is_told_of_a_closed_account
    a_notice_that_makes_no_sense_is_refused_by_field
    only_billing_and_licensing_tell
}

fn notice(account: AccountId, kind: BillingNoticeKind) -> BillingNotice {
    BillingNotice::new("ivc_1", account, kind)
}

async fn tell_as(stack: &Stack, issuer: &str, request: NotifyBillingContactRequest) -> Result<(), Status> {
    let mut client = NoticeServiceClient::new(stack.channel());
    client
        .notify_billing_contact(stack.signed(issuer, request))
        .await
        .map(drop)
}

async fn tell(stack: &Stack, notice: BillingNotice) -> Result<(), Status> {
    tell_as(stack, "billing", write_billing_notice(notice)).await
}

async fn address_of(stack: &Stack, owner: &Person) -> String {
    let sql = format!("SELECT address AS text FROM users WHERE id = '{}'", owner.user);
    stack.texts(sql).await.remove(0)
}

async fn the_billing_contact_is_told_in_their_language_and_the_address_for_invoices_too(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack
        .execute(&format!("UPDATE users SET language = 'de' WHERE id = '{}'", owner.user))
        .await;
    let told = BillingNotice {
        invoice_number: Some(7),
        amount: Some(Money {
            minor_units: 1_250,
            currency: Currency::parse("EUR").unwrap(),
        }),
        date: Some("2026-08-03".parse().unwrap()),
        seats: vec![SeatCount {
            product: "training".to_owned(),
            present: 5,
            seats: 3,
        }],
        copy_to: Some("bills@example.com".to_owned()),
        ..notice(owner.account, BillingNoticeKind::InvoiceIssued)
    };
    tell(&stack, told).await.unwrap();
    let mut mails = arrived(2, || stack.peers.mails()).await;
    mails.sort_by(|one, other| one.given_name.cmp(&other.given_name));
    let [copy, own] = &mails[..] else { panic!("{mails:?}") };
    let address = address_of(&stack, &owner).await;
    assert_eq!(
        (own.to.as_str(), own.given_name.as_str()),
        (address.as_str(), "Charles")
    );
    assert_eq!((copy.to.as_str(), copy.given_name.as_str()), ("bills@example.com", ""));
    for mail in [own, copy] {
        assert_eq!((mail.kind(), mail.language.as_str()), (Kind::InvoiceIssued, "de"));
        assert_eq!(
            (&mail.account_id, mail.account_name.as_str()),
            (&owner.account.to_string(), "Analytical Engines")
        );
        let bill = Bill {
            invoice_number: 7,
            amount: 1_250,
            currency: "EUR".to_owned(),
            date: "2026-08-03".to_owned(),
            seats: vec![WireSeats {
                product_name: "Usher training".to_owned(),
                present: 5,
                seats: 3,
            }],
        };
        assert_eq!(mail.bill, Some(bill));
    }
    assert_ne!(own.send_key, copy.send_key);
}

async fn a_repeated_notice_is_known_by_its_send_key(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    // The invoices go to the billing contact's own address, however it is written: one mail is enough.
    let told = BillingNotice {
        copy_to: Some(address_of(&stack, &owner).await.to_uppercase()),
        ..notice(owner.account, BillingNoticeKind::SubscriptionEnded)
    };
    for _ in 0..3 {
        tell(&stack, told.clone()).await.unwrap();
    }
    let another = BillingNotice {
        id: "ivc_2".to_owned(),
        ..told
    };
    tell(&stack, another).await.unwrap();
    let mails = arrived(4, || stack.peers.mails()).await;
    stack.delivered().await;
    let mut keys: Vec<String> = mails.into_iter().map(|mail: Mail| mail.send_key).collect();
    keys.sort();
    assert_eq!(keys, ["bill:ivc_1", "bill:ivc_1", "bill:ivc_1", "bill:ivc_2"]);
}

async fn nobody_is_told_of_a_closed_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    close(&stack, &owner, "Analytical Engines", false).await.unwrap();
    arrived(1, || stack.peers.mails()).await;
    tell(&stack, notice(owner.account, BillingNoticeKind::SubscriptionEnded))
        .await
        .unwrap();
    stack.delivered().await;
    assert_eq!(stack.peers.mails().len(), 1);
}

async fn a_notice_that_makes_no_sense_is_refused_by_field(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    type Spoil = fn(&mut NotifyBillingContactRequest);
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let cases: [(&str, Spoil); 11] = [
        ("notice_id", |request| request.notice_id.clear()),
        ("notice_id", |request| request.notice_id = "x".repeat(129)),
        ("notice_id", |request| request.notice_id = "a b".into()),
        ("account_id", |request| request.account_id = "usr_1".into()),
        ("kind", |request| request.kind = Kind::Welcome.into()),
        ("invoice_number", |request| request.invoice_number = -1),
        ("amount", |request| {
            (request.amount, request.currency) = (-1, "EUR".into())
        }),
        ("currency", |request| request.currency = "€".into()),
        ("date", |request| request.date = "tomorrow".into()),
        ("seats", |request| request.seats = vec![Default::default(); 101]),
        ("copy_to", |request| request.copy_to = "bills".into()),
    ];
    for (field, spoil) in cases {
        let mut request = write_billing_notice(notice(owner.account, BillingNoticeKind::InvoiceIssued));
        spoil(&mut request);
        let status = tell_as(&stack, "billing", request).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.to_owned(), "NOTICE_MALFORMED".to_owned())]);
    }
    let unknown = tell(&stack, notice(AccountId::new(), BillingNoticeKind::InvoiceIssued)).await;
    assert_eq!(
        refusal(unknown),
        (Code::InvalidArgument, "NOTICE_ACCOUNT_UNKNOWN".to_owned())
    );
    stack.delivered().await;
    assert_eq!(stack.peers.mails(), []);
}

async fn only_billing_and_licensing_tell(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = write_billing_notice(notice(owner.account, BillingNoticeKind::SubscriptionEnded));
    for issuer in ["gateway", "notification", "operator"] {
        let status = tell_as(&stack, issuer, request.clone()).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied, "{issuer}");
    }
    for issuer in ["billing", "licensing"] {
        tell_as(&stack, issuer, request.clone()).await.unwrap();
    }
}
