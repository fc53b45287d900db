//! Billing or licensing is killed at each step of taking seats away: both agree afterwards, and the change is made once.

use proto::billing::v1::ChangeTiming;
use proto::billing::v1::invoice::Kind;
use testkit::{Cluster, eventually};
use toml::{Table, Value};
use tonic::Status;
use types::RequestId;

use crate::batch_update::trained;
use crate::over_limit::{ONE_LEFT, all_hold_theirs};
use crate::support::deaths::{Death, arm, bury};
use crate::support::{Owner, PATIENCE, Seats, World, settled};

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

/// Twenty meeting seats fewer.
const FEWER: Seats<'_> = &[("meeting", 80), ("phone", 50), ("training", 50), ("webinar", 20)];

/// How many seats there are of a product, as billing says and as licensing does.
async fn seats(owner: &Owner, product: &str) -> Result<(i64, i64), Status> {
    let seats = owner.subscription().await?.seats;
    let billed = seats
        .iter()
        .find(|row| row.product == product)
        .map_or(0, |row| row.seats);
    Ok((billed, owner.pool(product).await.seats))
}

async fn agree(owner: &Owner, product: &str, expected: i64, step: &str) {
    eventually(PATIENCE, async || match seats(owner, product).await {
        Ok(both) if both == (expected, expected) => Ok(()),
        other => Err(format!("{step}: {other:?}")),
    })
    .await;
}

async fn credit_notes(owner: &Owner) -> usize {
    let invoices = owner.invoices().await;
    invoices
        .iter()
        .filter(|invoice| invoice.kind() == Kind::CreditNote)
        .count()
}

/// A change that meets a death, and is asked for again when everything runs; answers its invoice.
async fn change_through(world: &mut World, owner: &Owner, death: Death, token: &str) -> String {
    let (request_id, step) = (RequestId::new(), death.1);
    arm(world, death).await;
    // Whoever was killed may still be remembered as unreachable.
    let acknowledged = owner.change_by(request_id, token).await.ok();
    if acknowledged.is_none() && world.cluster().member(death.0).process().is_running() {
        let _ = owner.change_by(request_id, token).await;
    }
    bury(world, death).await;
    let answer = eventually(PATIENCE, async || {
        let answer = owner.change_by(request_id, token).await;
        answer.map_err(|status| format!("{step}: {status:?}"))
    })
    .await;
    if let Some(acknowledged) = acknowledged {
        assert_eq!(acknowledged, answer, "{step}: what was acknowledged has changed");
    }
    answer
}

async fn survive(world: &mut World, death: Death) {
    let owner = world.account().await;
    owner.invoiced().await;
    let preview = owner.preview("", FEWER, ChangeTiming::Now).await.unwrap();
    change_through(world, &owner, death, &preview.preview_token).await;
    agree(&owner, "meeting", 80, death.1).await;
    assert_eq!(credit_notes(&owner).await, 1, "{}", death.1);
}

/// Deaths while licensing agrees to a decrease that is to come, and when it has come.
const SCHEDULING: &[Death] = &[
    ("licensing", "licensing::set_seat_totals::received"),
    ("licensing", "licensing::set_seat_totals::committed"),
];

async fn survive_scheduled(world: &mut World, death: Death) {
    let owner = world.account().await;
    owner.invoiced().await;
    let holders = trained(&owner, 3).await;
    settled(&owner).await;
    let preview = owner.preview("", ONE_LEFT, ChangeTiming::PeriodEnd).await.unwrap();
    change_through(world, &owner, death, &preview.preview_token).await;
    agree(&owner, "training", 50, death.1).await;
    assert_eq!(owner.pool("training").await.next_seats, Some(1), "{}", death.1);
    all_hold_theirs(&owner, &holders, 50).await;

    let scheduled = owner.subscription().await.unwrap().scheduled_change.unwrap();
    arm(world, death).await;
    owner
        .advance_to(scheduled.effective_time.unwrap().seconds)
        .await
        .unwrap();
    bury(world, death).await;

    agree(&owner, "training", 1, death.1).await;
    all_hold_theirs(&owner, &holders, 1).await;
    assert_eq!(owner.pool("training").await.over_limit, 2, "{}", death.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_taking_seats_away_leaves_both_sides_of_one_mind() {
    let mut world = World::of(Cluster::start_with(hasten).await.unwrap());
    for death in DEATHS {
        survive(&mut world, *death).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_while_seats_become_fewer_than_their_holders_takes_none_away() {
    let mut world = World::of(Cluster::start_with(hasten).await.unwrap());
    for death in SCHEDULING {
        survive_scheduled(&mut world, *death).await;
    }
}
