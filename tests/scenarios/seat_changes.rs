//! Billing or licensing is killed at each step of taking seats away: both agree afterwards, and the change is made once.

use proto::billing::v1::invoice::Kind;
use proto::billing::v1::invoice_service_client::InvoiceServiceClient;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::v1::{
    ChangeSubscriptionRequest, GetSubscriptionRequest, ListInvoicesRequest, PreviewChangeRequest, SubscribedSeats,
};
use testkit::{Cluster, eventually};
use toml::{Table, Value};
use tonic::Status;
use types::RequestId;

use crate::support::deaths::Death;
use crate::support::{Owner, PATIENCE, World, settled};

/// Everything that happens on the way, and the way there.
const DEATHS: &[Death] = &[
    ("billing", "billing::change_subscription::received"),
    ("billing", "billing::change_subscription::intended"),
    ("licensing", "licensing::set_seat_totals::received"),
    ("licensing", "licensing::set_seat_totals::committed"),
    ("billing", "billing::change_subscription::asked"),
    ("billing", "billing::change_subscription::before_commit"),
    ("billing", "billing::change_subscription::committed"),
    ("billing", "billing::relay::delivered"),
];

fn hasten(service: &str, config: &mut Table) {
    if service == "billing" {
        let changes = config.entry("changes").or_insert_with(|| Value::Table(Table::new()));
        let changes = changes.as_table_mut().unwrap();
        changes.insert("patience".into(), "1s".into());
        changes.insert("interval".into(), "200ms".into());
    }
}

/// The token of a preview with twenty meeting seats fewer.
async fn preview(owner: &Owner) -> String {
    let seats = [("meeting", 80), ("phone", 50), ("training", 50), ("webinar", 20)];
    let seats = seats.map(|(product, seats)| SubscribedSeats {
        product: product.into(),
        seats,
    });
    let message = PreviewChangeRequest {
        seats: seats.to_vec(),
        ..PreviewChangeRequest::default()
    };
    let mut subscriptions = SubscriptionServiceClient::new(owner.channel.clone());
    let answer = subscriptions.preview_change(owner.request(message)).await.unwrap();
    answer.into_inner().preview.unwrap().preview_token
}

async fn change(owner: &Owner, request_id: RequestId, token: &str) -> Result<String, Status> {
    let message = ChangeSubscriptionRequest {
        request_id: request_id.to_string(),
        preview_token: token.to_owned(),
    };
    let mut subscriptions = SubscriptionServiceClient::new(owner.channel.clone());
    let answer = subscriptions.change_subscription(owner.request(message)).await?;
    Ok(answer.into_inner().invoice_id)
}

/// How many meeting seats there are, as billing says and as licensing does.
async fn meeting_seats(owner: &Owner) -> Result<(i64, i64), Status> {
    let mut subscriptions = SubscriptionServiceClient::new(owner.channel.clone());
    let answer = subscriptions
        .get_subscription(owner.request(GetSubscriptionRequest {}))
        .await?;
    let seats = answer.into_inner().subscription.unwrap().seats;
    let billed = seats
        .iter()
        .find(|row| row.product == "meeting")
        .map_or(0, |row| row.seats);
    Ok((billed, owner.pool("meeting").await.seats))
}

async fn credit_notes(owner: &Owner) -> usize {
    let request = owner.request(ListInvoicesRequest::default());
    let answer = InvoiceServiceClient::new(owner.channel.clone())
        .list_invoices(request)
        .await;
    let invoices = answer.unwrap().into_inner().invoices;
    invoices
        .iter()
        .filter(|invoice| invoice.kind() == Kind::CreditNote)
        .count()
}

async fn survive(world: &mut World, (service, step): Death) {
    let owner = world.account_on("team-monthly").await;
    settled(&owner).await;
    // The first period begins by itself, and a preview from before would be outdated.
    eventually(PATIENCE, async || {
        let request = owner.request(ListInvoicesRequest::default());
        let answer = InvoiceServiceClient::new(owner.channel.clone())
            .list_invoices(request)
            .await;
        let issued = answer.is_ok_and(|answer| answer.into_inner().invoices.iter().any(|invoice| invoice.number == 1));
        issued.then_some(()).ok_or("no invoice yet")
    })
    .await;
    let (request_id, token) = (RequestId::new(), preview(&owner).await);
    let member = world.cluster().member(service);
    member.process().kill();
    member
        .start(&[("FAILPOINTS", &format!("{step}=1*return"))])
        .await
        .unwrap();
    // Whoever was killed may still be remembered as unreachable.
    let acknowledged = change(&owner, request_id, &token).await.ok();
    let member = world.cluster().member(service);
    if acknowledged.is_none() && member.process().is_running() {
        let _ = change(&owner, request_id, &token).await;
    }
    assert!(
        member.process().exited(PATIENCE).await.is_ok(),
        "{service} never came to {step}"
    );
    member.start(&[]).await.unwrap();
    let answer = eventually(PATIENCE, async || {
        let answer = change(&owner, request_id, &token).await;
        answer.map_err(|status| format!("{step}: {status:?}"))
    })
    .await;
    if let Some(acknowledged) = acknowledged {
        assert_eq!(acknowledged, answer, "{step}: what was acknowledged has changed");
    }
    eventually(PATIENCE, async || match meeting_seats(&owner).await {
        Ok((80, 80)) => Ok(()),
        other => Err(format!("{step}: {other:?}")),
    })
    .await;
    assert_eq!(credit_notes(&owner).await, 1, "{step}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_taking_seats_away_leaves_both_sides_of_one_mind() {
    let mut world = World::of(Cluster::start_with(hasten).await.unwrap());
    for death in DEATHS {
        survive(&mut world, *death).await;
    }
}
