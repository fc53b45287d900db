//! Seats are given back while people are added who need them: never are more held than there are, and one of the two wins.

use futures::future::join;
use proto::admin::v1::{AddUsersRequest, AddUsersResponse};
use proto::billing::v1::ChangeTiming;
use testkit::{eventually, number};
use tonic::{Code, Status};
use types::RequestId;

use crate::support::{Owner, PATIENCE, World, adding, fresh, on_both, refusal, settled};

on_both! {
    of_a_downgrade_and_new_people_who_want_the_same_seats_one_wins
}

/// How many races there are; `USHER_RACES` says another number.
const RACES: usize = 100;
/// After so many races the access token is renewed.
const TOKEN_RACES: usize = 50;
/// How many seats are raced for.
const STAKE: i64 = 2;

/// Repeats what was refused because somebody else was at it: it can still win.
async fn insist<T>(mut attempt: impl AsyncFnMut() -> Result<T, Status>) -> Result<T, Status> {
    eventually(PATIENCE, async || match attempt().await {
        Err(status) if matches!(status.code(), Code::Aborted | Code::Unavailable) => Err(format!("{status:?}")),
        answer => Ok(answer),
    })
    .await
}

async fn downgrade(owner: &Owner, token: &str) -> Result<String, Status> {
    let request_id = RequestId::new();
    insist(async || owner.change_by(request_id, token).await).await
}

async fn add(owner: &Owner, request: &AddUsersRequest) -> Result<AddUsersResponse, Status> {
    insist(async || owner.add(request.clone()).await).await
}

/// The stake is free: there are so many more seats than are held.
async fn stake(owner: &Owner, held: i64) {
    owner
        .change("", &[("meeting", held + STAKE)], ChangeTiming::Now)
        .await
        .unwrap();
    eventually(PATIENCE, async || {
        let pool = owner.pool("meeting").await;
        let stands = (pool.assigned + pool.reserved, pool.available);
        if stands == (held, STAKE) {
            Ok(())
        } else {
            Err(format!("{pool:?}"))
        }
    })
    .await;
}

/// One race; says whether the people have won.
async fn race(owner: &Owner, held: i64) -> bool {
    let preview = owner
        .preview("", &[("meeting", held)], ChangeTiming::Now)
        .await
        .unwrap();
    let (ada, grace) = (fresh("ada"), fresh("grace"));
    let request = adding(&[&ada, &grace], &["meeting"]);
    let (downgraded, added) = join(downgrade(owner, &preview.preview_token), add(owner, &request)).await;
    let pool = owner.pool("meeting").await;
    assert!(pool.assigned + pool.reserved <= pool.seats, "{pool:?}");
    match (downgraded, added) {
        (Err(status), Ok(_)) => {
            assert_eq!(refusal(&status), (Code::FailedPrecondition, "SEATS_IN_USE".into()));
            true
        }
        (Ok(_), Err(status)) => {
            assert_eq!(refusal(&status), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
            false
        }
        both => panic!("one wins and one loses: {both:?}"),
    }
}

async fn of_a_downgrade_and_new_people_who_want_the_same_seats_one_wins(world: &World) {
    let mut owner = world.account().await;
    owner.invoiced().await;
    owner.add(adding(&[&fresh("first")], &["meeting"])).await.unwrap();
    settled(&owner).await;
    let mut held = 1;
    let races = number("USHER_RACES", RACES);
    for round in 1..=races {
        stake(&owner, held).await;
        if race(&owner, held).await {
            held += STAKE;
        }
        if round % TOKEN_RACES == 0 {
            owner = owner.refreshed().await;
        }
    }
    settled(&owner).await;
    assert_eq!(owner.pool("meeting").await.assigned, held);
}
