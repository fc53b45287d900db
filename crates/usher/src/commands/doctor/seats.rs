//! Whether seats add up.

use std::collections::BTreeMap;

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{ListPeopleRequest, Person};
use proto::identity::v1::{ListInvitationsRequest, invitation};
use proto::licensing::v1::SeatPool;

use super::finding::Finding;
use crate::client::{Client, Extent, pages};
use crate::commands::invitations;
use crate::commands::seats::pools;

const POOLS: &str = "seat pools";
const HOLDERS: &str = "seat holders";
const MUST_NOT: &str = "this must never be: tell whoever operates this installation, and keep the databases";
/// How often to look: the parts are not read at one point in time.
const TRIES: u32 = 3;

/// How many seats of each product.
type Counts = BTreeMap<String, i64>;

/// Looks at the pools alone, and then whether somebody holds, and is meant to hold, each seat that is assigned.
pub(super) async fn examine(client: &Client) -> Vec<Finding> {
    let before = match pools(client).await {
        Ok(pools) => pools,
        Err(error) => return vec![Finding::unseen(POOLS, &error)],
    };
    let holders = holders(client, before.clone()).await;
    let holders = holders.unwrap_or_else(|error| Finding::unseen(HOLDERS, &error));
    vec![subscribed(&before), holders]
}

/// No pool gives more seats than it has, and none has fewer than are held.
fn subscribed(pools: &[SeatPool]) -> Finding {
    let taken = |pool: &SeatPool| pool.assigned + pool.reserved;
    let is_wrong = |pool: &&SeatPool| {
        let limit = pool.next_seats.unwrap_or(pool.seats).min(pool.seats);
        let negative = pool.assigned < 0 || pool.reserved < 0;
        negative
            || pool.available != (limit - taken(pool)).max(0)
            || pool.over_limit != (taken(pool) - pool.seats).max(0)
    };
    if let Some(pool) = pools.iter().find(is_wrong) {
        let SeatPool {
            product,
            seats,
            assigned,
            reserved,
            available,
            over_limit,
            ..
        } = pool;
        let found = format!(
            "{product}: {assigned} assigned, {reserved} reserved, {available} free of {seats}, {over_limit} over the limit"
        );
        return Finding::wrong(POOLS, found, MUST_NOT);
    }
    match pools.iter().find(|pool| pool.over_limit > 0) {
        Some(pool) => {
            let found = format!("{}: {} more are held than there are", pool.product, pool.over_limit);
            Finding::wrong(
                POOLS,
                found,
                "take seats from somebody, or have the billing contact add some",
            )
        }
        None => Finding::ok(POOLS, format!("{} products, none over its limit", pools.len())),
    }
}

/// Compares when nothing has changed while it was read.
async fn holders(client: &Client, mut before: Vec<SeatPool>) -> anyhow::Result<Finding> {
    for _ in 0..TRIES {
        let held = people(client).await?;
        let after = pools(client).await?;
        let is_still = before == after && after.iter().all(|pool| pool.reserved == 0);
        if is_still {
            return Ok(compared(&after, held));
        }
        before = after;
    }
    let found = "seats were given and taken all the time";
    Ok(Finding::not_checked(HOLDERS, found, "run this again when it is quiet"))
}

/// What people hold: of each product, those whom licensing says to hold a seat, or the first who holds something else
/// than identity means them to.
async fn people(client: &Client) -> anyhow::Result<Result<Counts, String>> {
    let mut counts = Counts::new();
    let mut torn = None;
    let fetch = async |page_size, page_token| {
        let message = ListPeopleRequest {
            page_size,
            page_token,
            ..ListPeopleRequest::default()
        };
        let request = client.request(message).await?;
        let answer = PeopleServiceClient::new(client.channel()).list_people(request).await?;
        let answer = answer.into_inner();
        Ok((answer.people, answer.next_page_token))
    };
    pages(Extent::ALL, fetch, |people| {
        for person in &people {
            torn = torn.take().or_else(|| disagreement(person));
            count(&mut counts, &person.products);
        }
        Ok(())
    })
    .await?;
    let waiting = ListInvitationsRequest {
        states: vec![invitation::State::Pending.into()],
        kind: invitation::Kind::Transfer.into(),
        ..ListInvitationsRequest::default()
    };
    let fetch = async |size, token| invitations::page(client, &waiting, size, token).await;
    pages(Extent::ALL, fetch, |invitations| {
        invitations.iter().for_each(|it| count(&mut counts, &it.products));
        Ok(())
    })
    .await?;
    Ok(torn.map_or(Ok(counts), Err))
}

fn disagreement(person: &Person) -> Option<String> {
    let user = person.user.as_ref()?;
    let (id, meant, held) = (&user.id, user.products.join(" "), person.products.join(" "));
    (meant != held).then(|| format!("{id} is to hold [{meant}] and holds [{held}]"))
}

fn count(counts: &mut Counts, products: &[String]) {
    for product in products {
        *counts.entry(product.clone()).or_default() += 1;
    }
}

fn compared(pools: &[SeatPool], held: Result<Counts, String>) -> Finding {
    let mut held = match held {
        Ok(held) => held,
        Err(found) => {
            return Finding::wrong(
                HOLDERS,
                found,
                "wait a minute and run this again; then look at identity's log",
            );
        }
    };
    for pool in pools {
        let holders = held.remove(&pool.product).unwrap_or_default();
        if holders != pool.assigned {
            let found = format!("{}: {} assigned, {holders} held", pool.product, pool.assigned);
            return Finding::wrong(HOLDERS, found, MUST_NOT);
        }
    }
    match held.first_key_value() {
        Some((product, holders)) => Finding::wrong(
            HOLDERS,
            format!("{product}: {holders} held, and there is no pool"),
            MUST_NOT,
        ),
        None => Finding::ok(HOLDERS, "each seat that is assigned is held by somebody"),
    }
}

#[cfg(test)]
mod tests {
    use proto::identity::v1::User;

    use super::super::finding::Verdict;
    use super::*;

    fn pool(seats: i64, assigned: i64, reserved: i64, available: i64) -> SeatPool {
        SeatPool {
            product: "training".into(),
            seats,
            assigned,
            reserved,
            available,
            ..SeatPool::default()
        }
    }

    #[test]
    fn no_pool_gives_more_than_it_has() {
        let with = |over_limit, next_seats, pool| SeatPool {
            over_limit,
            next_seats,
            ..pool
        };
        let table = [
            (with(1, None, pool(5, 4, 2, 0)), Verdict::Wrong),
            (with(1, None, pool(5, 3, 2, 0)), Verdict::Wrong),
            (with(0, Some(4), pool(5, 3, 0, 1)), Verdict::Ok),
            (with(0, Some(4), pool(5, 3, 0, 2)), Verdict::Wrong),
            (with(0, Some(9), pool(5, 3, 0, 2)), Verdict::Ok),
            (pool(5, 3, 2, 0), Verdict::Ok),
            (pool(5, 3, 1, 1), Verdict::Ok),
            (pool(5, 4, 2, 0), Verdict::Wrong),
            (pool(5, 3, 1, 2), Verdict::Wrong),
            (pool(5, -1, 1, 5), Verdict::Wrong),
        ];
        for (pool, verdict) in table {
            assert_eq!(subscribed(std::slice::from_ref(&pool)).verdict, verdict, "{pool:?}");
        }
    }

    #[test]
    fn each_assigned_seat_is_held_and_the_other_way_round() {
        let held = |count: i64| Counts::from([("training".to_owned(), count)]);
        let pools = [pool(5, 3, 0, 2)];
        assert_eq!(compared(&pools, Ok(held(3))).verdict, Verdict::Ok);
        assert_eq!(compared(&pools, Ok(held(2))).verdict, Verdict::Wrong);
        assert_eq!(compared(&pools, Ok(Counts::new())).verdict, Verdict::Wrong);
        assert_eq!(compared(&[], Ok(held(1))).verdict, Verdict::Wrong);
        assert_eq!(compared(&pools, Err("torn".into())).verdict, Verdict::Wrong);
    }

    #[test]
    fn identity_and_licensing_say_the_same() {
        let person = |meant: &[&str], held: &[&str]| Person {
            user: Some(User {
                products: meant.iter().map(ToString::to_string).collect(),
                ..User::default()
            }),
            products: held.iter().map(ToString::to_string).collect(),
            ..Person::default()
        };
        assert_eq!(disagreement(&person(&["training"], &["training"])), None);
        assert!(disagreement(&person(&["training"], &[])).is_some());
        assert!(disagreement(&person(&[], &["training"])).is_some());
    }
}
