//! `usher.billing.v1.InvoiceService`, and what operators do with invoices.

use chassis::Actor;
use futures::future::join_all;
use proto::billing::internal::v1::invoice_service_client::InvoiceServiceClient as InternalClient;
use proto::billing::internal::v1::{CorrectInvoiceRequest, MarkInvoicePaidRequest};
use proto::billing::v1::invoice::{Kind, State};
use proto::billing::v1::invoice_service_client::InvoiceServiceClient;
use proto::billing::v1::{
    BillingInformation, ChangeTiming, DownloadInvoiceRequest, GetInvoiceRequest, ListInvoicesRequest,
};
use tonic::{Code, Status};
use types::{AccountId, RequestId, Role};

use crate::billing::{Billing, Place, contact, person, refusal};

crate::on_both_databases!(
    invoices_are_numbered_without_gaps_whatever_runs_at_once,
    what_is_issued_does_not_change,
    a_page_shows_what_was_typed_as_text,
    a_credit_note_takes_an_invoice_back_once,
    only_operators_settle_invoices,
    another_account_s_invoice_does_not_exist,
);

const NOW: ChangeTiming = ChangeTiming::Now;

async fn correct(billing: &Billing, account: AccountId, invoice_id: &str) -> Result<String, Status> {
    let message = CorrectInvoiceRequest {
        account_id: account.to_string(),
        invoice_id: invoice_id.to_owned(),
    };
    let request = billing.signed("operator", message, &Actor::Service);
    let answer = InternalClient::new(billing.channel.clone())
        .correct_invoice(request)
        .await?;
    Ok(answer.into_inner().credit_note_id)
}

async fn mark_paid(billing: &Billing, issuer: &str, account: AccountId, invoice_id: &str) -> Result<(), Status> {
    let message = MarkInvoicePaidRequest {
        account_id: account.to_string(),
        invoice_id: invoice_id.to_owned(),
    };
    let request = billing.signed(issuer, message, &Actor::Service);
    InternalClient::new(billing.channel.clone())
        .mark_invoice_paid(request)
        .await
        .map(drop)
}

/// The first invoice of an account, issued.
async fn first_invoice(billing: &Billing, contact: &Actor) -> proto::billing::v1::Invoice {
    testkit::eventually(std::time::Duration::from_secs(20), async || {
        let first = billing.invoices(contact).await.into_iter().next();
        first
            .filter(|first| first.state() == State::Paid)
            .ok_or("none is paid yet")
    })
    .await
}

async fn invoices_are_numbered_without_gaps_whatever_runs_at_once(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    first_invoice(&billing, &contact).await;
    for round in 0..5_i64 {
        let seats = [("meeting", 101 + round)];
        let preview = billing.preview(&contact, "", &seats, NOW).await.unwrap().preview_token;
        let changes = (0..4).map(|_| billing.change(&contact, RequestId::new(), &preview));
        let invoices = billing.invoices(&contact).await;
        let corrections = invoices
            .iter()
            .filter(|invoice| invoice.kind() == Kind::Invoice)
            .map(|invoice| correct(&billing, account, &invoice.id));
        let (changes, corrections) = futures::join!(join_all(changes), join_all(corrections));
        assert_eq!(changes.iter().filter(|change| change.is_ok()).count(), 1, "{changes:?}");
        assert!(corrections.iter().all(Result::is_ok), "{corrections:?}");
    }
    let mut numbers: Vec<_> = billing
        .invoices(&contact)
        .await
        .iter()
        .map(|invoice| invoice.number)
        .collect();
    numbers.sort_unstable();
    let expected: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
    assert!(numbers.len() >= 10, "{numbers:?}");
}

async fn what_is_issued_does_not_change(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let before = first_invoice(&billing, &contact).await;
    assert_eq!((before.number, before.kind()), (1, Kind::Invoice));
    let quote = before.quote.as_ref().unwrap();
    assert_eq!(
        (quote.total, quote.lines.len()),
        (100_000 + 35_000 + 100_000 + 60_000, 4)
    );
    let company = BillingInformation {
        company: "Other GmbH".to_owned(),
        ..BillingInformation::default()
    };
    billing.inform(&contact, company).await.unwrap();
    let preview = billing.preview(&contact, "", &[("meeting", 1)], NOW).await.unwrap();
    billing
        .change(&contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    mark_paid(&billing, "operator", account, &before.id).await.unwrap();
    correct(&billing, account, &before.id).await.unwrap();
    assert_eq!(billing.invoices(&contact).await[0], before);
}

async fn a_page_shows_what_was_typed_as_text(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    first_invoice(&billing, &contact).await;
    let company = BillingInformation {
        company: "<script>alert(1)</script> & Co".to_owned(),
        ..BillingInformation::default()
    };
    billing.inform(&contact, company).await.unwrap();
    let preview = billing.preview(&contact, "", &[("meeting", 101)], NOW).await.unwrap();
    let changed = billing
        .change(&contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    let message = DownloadInvoiceRequest {
        invoice_id: changed.invoice_id,
    };
    let request = billing.signed("gateway", message, &contact);
    let answer = InvoiceServiceClient::new(billing.channel.clone())
        .download_invoice(request)
        .await;
    let answer = answer.unwrap().into_inner();
    let page = String::from_utf8(answer.content).unwrap();
    assert_eq!(answer.content_type, "text/html; charset=utf-8");
    assert!(answer.filename.starts_with("invoice-"), "{}", answer.filename);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert!(page.contains("101 × meeting, Team, paid monthly"), "{page}");
}

async fn a_credit_note_takes_an_invoice_back_once(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let first = first_invoice(&billing, &contact).await;
    let notes = join_all((0..5).map(|_| correct(&billing, account, &first.id))).await;
    let note = notes[0].clone().unwrap();
    assert!(notes.into_iter().all(|other| other.unwrap() == note));
    let invoices = billing.invoices(&contact).await;
    assert_eq!(invoices.len(), 2);
    assert_eq!(
        (invoices[1].kind(), invoices[1].corrected_invoice_id.as_str()),
        (Kind::CreditNote, first.id.as_str())
    );
    let subscription = billing.get_subscription(&contact).await.unwrap();
    assert_eq!(subscription.balance, first.quote.unwrap().total);
    let again = correct(&billing, account, &note).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "INVOICE_STATE".into()));
}

async fn only_operators_settle_invoices(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let first = first_invoice(&billing, &contact).await;
    for issuer in ["gateway", "identity", "licensing"] {
        let refused = mark_paid(&billing, issuer, account, &first.id).await;
        assert_eq!(refusal(refused), (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()));
    }
    let other = mark_paid(&billing, "operator", AccountId::new(), &first.id).await;
    assert_eq!(refusal(other), (Code::NotFound, "INVOICE_NOT_FOUND".into()));
}

async fn another_account_s_invoice_does_not_exist(place: Place) {
    let billing = Billing::start(place).await;
    let (account, owner) = billing.subscriber("team-monthly").await;
    let first = first_invoice(&billing, &owner).await;
    let stranger = contact(AccountId::new());
    let mut client = InvoiceServiceClient::new(billing.channel.clone());
    let get = |invoice_id: &str| GetInvoiceRequest {
        invoice_id: invoice_id.to_owned(),
    };
    let answer = client
        .get_invoice(billing.signed("gateway", get(&first.id), &stranger))
        .await;
    assert_eq!(refusal(answer), (Code::NotFound, "INVOICE_NOT_FOUND".into()));
    let answer = client.get_invoice(billing.signed("gateway", get("ivc_"), &owner)).await;
    assert_eq!(refusal(answer), (Code::InvalidArgument, "ID_MALFORMED".into()));
    assert_eq!(billing.invoices(&stranger).await, []);
    let admin = person(account, Role::SuperAdmin);
    let answer = client
        .get_invoice(billing.signed("gateway", get(&first.id), &admin))
        .await;
    assert_eq!(refusal(answer), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    let bad = [(-1, "", "PAGE_SIZE_INVALID"), (0, "x", "PAGE_TOKEN_INVALID")];
    for (page_size, page_token, reason) in bad {
        let message = ListInvoicesRequest {
            page_size,
            page_token: page_token.to_owned(),
        };
        let answer = client.list_invoices(billing.signed("gateway", message, &owner)).await;
        assert_eq!(refusal(answer), (Code::InvalidArgument, reason.into()));
    }
}
