//! Payments: what the provider's events do, and what becomes of an account that does not pay.

use std::time::Duration;

use chassis::Actor;
use proto::billing::v1::ReceivePaymentEventRequest;
use proto::billing::v1::invoice::State as InvoiceState;
use proto::billing::v1::payment_event_service_client::PaymentEventServiceClient;
use proto::billing::v1::subscription::State;
use testkit::eventually;
use tonic::{Code, Status};
use types::{AccountId, Clock, Mac, RequestId};

use crate::billing::{Billing, EVENT_KEY, Place, refusal};

crate::on_both_databases!(
    an_event_counts_once_and_only_with_its_signature,
    a_provider_that_is_late_repeats_itself_or_mixes_things_up_is_understood,
    an_account_that_does_not_pay_loses_its_seats_after_a_grace,
    an_account_that_pays_late_goes_on,
    clocks_go_forward_only,
);

const DAY: i64 = 24 * 60 * 60;

fn now() -> i64 {
    Clock::system().now().seconds()
}

fn body(id: &str, kind: &str, account: AccountId, invoice_id: &str) -> String {
    serde_json::json!({ "id": id, "type": kind, "account_id": account, "invoice_id": invoice_id }).to_string()
}

async fn receive(billing: &Billing, key: &str, time: i64, body: &str) -> Result<(), Status> {
    let proof = Mac::new(key.as_bytes())
        .unwrap()
        .sign(format!("{time}.{body}").as_bytes());
    let digits: String = proof.iter().map(|octet| format!("{octet:02x}")).collect();
    let message = ReceivePaymentEventRequest {
        body: body.as_bytes().to_vec(),
        signature: format!("t={time},v1={digits}"),
    };
    let request = billing.signed("gateway", message, &Actor::Nobody);
    let mut client = PaymentEventServiceClient::new(billing.channel.clone());
    client.receive_payment_event(request).await.map(drop)
}

async fn an_event_counts_once_and_only_with_its_signature(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let other = billing.subscriber("team-monthly").await.0;
    billing.pay_by(&contact, "sim_silent").await;
    let preview = billing
        .preview(&contact, "", &[("meeting", 900)], proto::billing::v1::ChangeTiming::Now)
        .await;
    let token = preview.unwrap().preview_token;
    let invoice = billing
        .change(&contact, RequestId::new(), &token)
        .await
        .unwrap()
        .invoice_id;
    let paid = body("evt_1", "payment.succeeded", account, &invoice);
    let invalid = (Code::PermissionDenied, "SIGNATURE_INVALID".to_owned());
    assert_eq!(refusal(receive(&billing, "another key", now(), &paid).await), invalid);
    assert_eq!(refusal(receive(&billing, EVENT_KEY, now() - 301, &paid).await), invalid);
    let malformed = receive(&billing, EVENT_KEY, now(), "{}").await;
    assert_eq!(
        refusal(malformed),
        (Code::InvalidArgument, "PAYMENT_EVENT_MALFORMED".into())
    );
    let foreign = receive(
        &billing,
        EVENT_KEY,
        now(),
        &body("evt_2", "payment.succeeded", other, &invoice),
    )
    .await;
    assert_eq!(refusal(foreign), (Code::NotFound, "INVOICE_NOT_FOUND".into()));
    for _ in 0..3 {
        receive(&billing, EVENT_KEY, now(), &paid).await.unwrap();
    }
    let late = body("evt_0", "payment.failed", account, &invoice);
    receive(&billing, EVENT_KEY, now(), &late).await.unwrap();
    let invoices = billing.invoices(&contact).await;
    let invoice = invoices.iter().find(|other| other.id == invoice).unwrap();
    assert_eq!(invoice.state(), InvoiceState::Paid);
    assert_eq!(billing.get_subscription(&contact).await.unwrap().state(), State::Active);
    assert_eq!(billing.delivered().await, 0);
    let told = billing.audit_sink.events().into_iter();
    let told = told.filter(|event| event.subject_id == invoice.id && event.action == "invoice.pay");
    assert_eq!(told.count(), 1);
}

async fn a_provider_that_is_late_repeats_itself_or_mixes_things_up_is_understood(place: Place) {
    let billing = Billing::start(place).await;
    for (method, attempts) in [
        ("sim_repeat", 1),
        ("sim_disorder", 1),
        ("sim_late", 2),
        ("sim_fail_once", 2),
    ] {
        let (_, contact) = billing.subscriber("team-monthly").await;
        let start = now();
        billing.pay_by(&contact, method).await;
        // The second period is the first that is paid like this.
        let subscription = billing.advance(&contact, start + 50 * DAY).await.unwrap();
        assert_eq!(subscription.state(), State::Active, "{method}");
        let invoices = billing.invoices(&contact).await;
        let second = &invoices[1];
        assert_eq!(
            (second.state(), second.payment_attempts),
            (InvoiceState::Paid, attempts),
            "{method}"
        );
    }
}

async fn an_account_that_does_not_pay_loses_its_seats_after_a_grace(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let start = now();
    billing.pay_by(&contact, "sim_fail").await;
    let late = billing.advance(&contact, start + 33 * DAY).await.unwrap();
    assert_eq!((late.state(), late.seats[0].seats), (State::PastDue, 100));
    let change = billing
        .preview(&contact, "", &[("meeting", 1)], proto::billing::v1::ChangeTiming::Now)
        .await;
    assert_eq!(refusal(change), (Code::FailedPrecondition, "SUBSCRIPTION_STATE".into()));
    let grace = billing.advance(&contact, start + 62 * DAY).await.unwrap();
    assert_eq!((grace.state(), grace.seats[0].seats), (State::Grace, 100));
    assert_eq!(billing.delivered().await, 0);
    let known = billing.licensing.knows(account).unwrap();
    assert_eq!((known.seats["meeting"], known.next.unwrap().len()), (100, 0));
    let ended = billing.advance(&contact, start + 80 * DAY).await.unwrap();
    assert_eq!((ended.state(), ended.seats.len()), (State::Ended, 0));
    assert_eq!(billing.delivered().await, 0);
    assert_eq!(billing.licensing.knows(account).unwrap().seats.len(), 0);
    let attempts: Vec<_> = billing
        .invoices(&contact)
        .await
        .iter()
        .map(|it| it.payment_attempts)
        .collect();
    assert_eq!(attempts, [1, 4]);
}

async fn an_account_that_pays_late_goes_on(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let start = now();
    billing.pay_by(&contact, "sim_silent").await;
    let grace = billing.advance(&contact, start + 62 * DAY).await.unwrap();
    assert_eq!(grace.state(), State::Grace);
    let open = billing.invoices(&contact).await[1].id.clone();
    receive(
        &billing,
        EVENT_KEY,
        now(),
        &body("evt_3", "payment.succeeded", account, &open),
    )
    .await
    .unwrap();
    let subscription = billing.get_subscription(&contact).await.unwrap();
    assert_eq!((subscription.state(), subscription.end_time), (State::Active, None));
    billing.pay_by(&contact, "sim_success").await;
    // What was missed meanwhile is made up for.
    eventually(Duration::from_secs(20), async || {
        let invoices = billing.invoices(&contact).await;
        let made_up = invoices.len() == 3 && invoices[2].number == 3;
        made_up.then_some(()).ok_or(format!("{} invoices", invoices.len()))
    })
    .await;
}

async fn clocks_go_forward_only(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let bad = [now() - 10, now() + 401 * DAY, i64::MIN, i64::MAX];
    for seconds in bad {
        let answer = billing.advance(&contact, seconds).await;
        assert_eq!(
            refusal(answer),
            (Code::InvalidArgument, "TIME_NOT_AHEAD".into()),
            "{seconds}"
        );
    }
}
