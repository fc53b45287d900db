//! Seats are never oversubscribed, whatever runs at once.

use futures::future::join_all;
use tokio::time::sleep;
use tonic::Code;

use crate::support::{World, adding, fresh, on_both, overload, refusal, settled};

on_both! {
    the_last_seat_goes_to_exactly_one_of_a_hundred
    too_few_seats_change_nothing
}

async fn the_last_seat_goes_to_exactly_one_of_a_hundred(world: &World) {
    let owner = world.account().await;
    let pool = owner.pool("webinar").await;
    let taken: Vec<String> = (1..pool.available)
        .map(|index| fresh(&format!("taken{index}")))
        .collect();
    owner
        .add(adding(
            &taken.iter().map(String::as_str).collect::<Vec<_>>(),
            &["webinar"],
        ))
        .await
        .unwrap();

    let race = (0..100).map(|index| {
        let (owner, email) = (owner.clone(), fresh(&format!("racer{index}")));
        tokio::spawn(async move {
            loop {
                let answer = owner.add(adding(&[&email], &["webinar"])).await;
                // A hundred may be more than a small machine takes at once.
                match answer.as_ref().err().and_then(overload) {
                    Some(delay) => sleep(delay).await,
                    None => return answer,
                }
            }
        })
    });
    let answers = join_all(race).await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refused in lost {
        assert_eq!(
            refusal(&refused.unwrap_err()),
            (Code::FailedPrecondition, "SEATS_EXHAUSTED".into())
        );
    }
    settled(&owner).await;
    let after = owner.pool("webinar").await;
    assert_eq!((after.assigned, after.available), (after.seats, 0));
    let holders = owner
        .people()
        .await
        .iter()
        .filter(|person| person.products.contains(&"webinar".to_owned()))
        .count();
    assert_eq!(i64::try_from(holders).unwrap(), after.assigned);
}

async fn too_few_seats_change_nothing(world: &World) {
    let owner = world.account().await;
    let free = owner.pool("phone").await.available;
    let emails: Vec<String> = (0..=free).map(|index| fresh(&format!("p{index}"))).collect();
    for allow_partial in [false, true] {
        let mut request = adding(
            &emails.iter().map(String::as_str).collect::<Vec<_>>(),
            &["phone", "meeting"],
        );
        request.allow_partial = allow_partial;

        let refused = owner.add(request).await.unwrap_err();

        assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
        let quota = tonic_types::StatusExt::get_details_quota_failure(&refused).unwrap();
        let told = quota
            .violations
            .iter()
            .find(|violation| violation.subject == "product:phone")
            .unwrap();
        assert!(
            told.description.contains(&format!("{} are free", free)),
            "{}",
            told.description
        );
    }
    assert!(
        owner
            .pools()
            .await
            .iter()
            .all(|pool| pool.assigned == 0 && pool.reserved == 0)
    );
    assert_eq!(owner.people().await.len(), 1);
}
