//! Fewer seats from the period's end on than are held then: nobody loses one, and nobody new gets one.

use proto::billing::v1::ChangeTiming;
use proto::notification::v1::delivery::Kind;
use testkit::eventually;
use tonic::Code;

use crate::batch_update::{adjusting, trained, update, updating};
use crate::support::{Owner, PATIENCE, Seats, World, adding, fresh, on_both, refusal, settled};

on_both! {
    whoever_holds_a_seat_keeps_it_when_there_are_fewer_and_nobody_new_gets_one
}

/// A team's seats, but for one of training.
pub const ONE_LEFT: Seats<'_> = &[("meeting", 100), ("phone", 50), ("training", 1), ("webinar", 20)];

/// Three people hold seats of which one is to remain; answers who, and when that is to be.
pub async fn scheduled(owner: &Owner) -> (Vec<String>, i64) {
    owner.invoiced().await;
    let holders = trained(owner, 3).await;
    settled(owner).await;
    let preview = owner.preview("", ONE_LEFT, ChangeTiming::PeriodEnd).await.unwrap();
    let surplus = &preview.surpluses[0];
    assert_eq!(
        (surplus.product.as_str(), surplus.count, surplus.subjects.len()),
        ("training", 2, 2)
    );
    assert!(surplus.subjects.iter().all(|subject| holders.contains(subject)));
    owner
        .change_by(types::RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
    let scheduled = owner.subscription().await.unwrap().scheduled_change.unwrap();
    (holders, scheduled.effective_time.unwrap().seconds)
}

/// All three hold their seats, of which there are `seats` by now.
pub async fn all_hold_theirs(owner: &Owner, holders: &[String], seats: i64) {
    eventually(PATIENCE, async || {
        let pool = owner.pool("training").await;
        if (pool.seats, pool.assigned, pool.reserved) == (seats, 3, 0) {
            Ok(())
        } else {
            Err(format!("{pool:?}"))
        }
    })
    .await;
    for holder in holders {
        assert_eq!(owner.person(holder).await.unwrap().products, ["training"]);
    }
    let refused = owner.add(adding(&[&fresh("late")], &["training"])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
}

/// Waits for the one mail of each of these kinds.
async fn told(owner: &Owner, kinds: &[Kind]) {
    eventually(PATIENCE, async || {
        let deliveries = owner.deliveries().await;
        let count = |kind: &Kind| deliveries.iter().filter(|delivery| delivery.kind() == *kind).count();
        let counts: Vec<_> = kinds.iter().map(count).collect();
        match counts.iter().all(|count| *count == 1) {
            true => Ok(()),
            false => Err(format!("{kinds:?}: {counts:?}")),
        }
    })
    .await;
}

async fn whoever_holds_a_seat_keeps_it_when_there_are_fewer_and_nobody_new_gets_one(world: &World) {
    let owner = world.account().await;
    let (holders, end) = scheduled(&owner).await;
    all_hold_theirs(&owner, &holders, 50).await;
    told(&owner, &[Kind::SeatsDecreasing]).await;

    owner.advance_to(end).await.unwrap();

    all_hold_theirs(&owner, &holders, 1).await;
    assert_eq!(owner.pool("training").await.over_limit, 2);
    told(&owner, &[Kind::SeatsDecreasing, Kind::SeatsOverLimit]).await;
    // One seat for one holder is enough, and still there is none for anybody else.
    let release = |users: &[String]| updating(users, adjusting(&[], &["training"]));
    update(&owner, &release(&holders[..2])).await.unwrap();
    eventually(PATIENCE, async || {
        let pool = owner.pool("training").await;
        let rest = (pool.assigned, pool.over_limit, pool.available);
        if rest == (1, 0, 0) {
            Ok(())
        } else {
            Err(format!("{rest:?}"))
        }
    })
    .await;
    let refused = owner.add(adding(&[&fresh("late")], &["training"])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
    update(&owner, &release(&holders[2..])).await.unwrap();
    eventually(PATIENCE, async || {
        owner
            .add(adding(&[&fresh("heir")], &["training"]))
            .await
            .map_err(|status| format!("{status:?}"))
    })
    .await;
}
