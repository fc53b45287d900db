//! Every service is killed at every step of adding users; nothing acknowledged is lost, nothing is done twice.

use std::collections::BTreeSet;

use proto::admin::v1::{AddUsersRequest, AddUsersResponse};
use testkit::{Cluster, eventually};
use toml::{Table, Value};

use crate::support::{Owner, PATIENCE, World, adding, fresh, settled};

/// Where a process dies: its service, and the name of the step.
type Death = (&'static str, &'static str);

/// Deaths on the plain way of a request.
const PLAIN: &[Death] = &[
    ("gateway", "gateway::add_users::prepared"),
    ("gateway", "gateway::add_users::reserved"),
    ("gateway", "gateway::add_users::committed"),
    ("identity", "identity::prepare_add_users::received"),
    ("identity", "identity::commit_add_users::received"),
    ("identity", "identity::commit_add_users::before_commit"),
    ("identity", "identity::commit_add_users::committed"),
    ("identity", "identity::relay::claimed"),
    ("identity", "identity::relay::delivered"),
    ("licensing", "licensing::reserve_seats::received"),
    ("licensing", "licensing::reserve_seats::committed"),
    ("licensing", "licensing::confirm_reservations::received"),
    ("licensing", "licensing::confirm_reservations::committed"),
    ("notification", "notification::enqueue_mails::received"),
    ("notification", "notification::enqueue_mails::committed"),
    ("notification", "notification::send::claimed"),
    ("notification", "notification::send::sent"),
    ("notification", "notification::send::finished"),
];

/// Deaths while a reservation is swept whose gateway died before the commit.
const SWEEPING: &[Death] = &[
    ("licensing", "licensing::sweep::claimed"),
    ("licensing", "licensing::sweep::resolved"),
    ("licensing", "licensing::sweep::settled"),
    ("identity", "identity::resolve_reservations::received"),
    ("identity", "identity::resolve_reservations::committed"),
];

/// Deaths while a reservation is given up whose commit was refused.
const ABORTING: &[Death] = &[
    ("licensing", "licensing::abort_reservations::received"),
    ("licensing", "licensing::abort_reservations::committed"),
];

/// What takes a minute in production takes seconds here; the rules are the same.
fn hasten(service: &str, config: &mut Table) {
    let mut set = |block: &str, key: &str, value: &str| {
        let block = config.entry(block).or_insert_with(|| Value::Table(Table::new()));
        block.as_table_mut().unwrap().insert(key.into(), value.into());
    };
    match service {
        "licensing" => {
            set("reservations", "ttl", "3s");
            set("sweep", "interval", "100ms");
            set("sweep", "lease", "2s");
            set("clients", "request_timeout", "1500ms");
        }
        "identity" => {
            set("admission", "margin", "1s");
            set("relay", "lease", "1s");
            set("relay", "poll_interval", "100ms");
            set("relay", "backoff_max", "500ms");
        }
        "notification" => {
            set("mail", "lease", "1s");
            set("mail", "poll_interval", "100ms");
        }
        _ => {}
    }
}

async fn hastened_world() -> World {
    World::of(Cluster::start_with(hasten).await.unwrap())
}

/// Starts a service anew, to die where it is told.
async fn arm(world: &mut World, (service, step): Death) {
    let member = world.cluster().member(service);
    member.process().kill();
    member
        .start(&[("FAILPOINTS", &format!("{step}=1*return"))])
        .await
        .unwrap();
}

/// Waits for the death and starts the service again.
async fn bury(world: &mut World, (service, step): Death) {
    let member = world.cluster().member(service);
    let exited = member.process().exited(PATIENCE).await;
    assert!(exited.is_ok(), "{service} never came to {step}");
    member.start(&[]).await.unwrap();
}

/// Sends a request until it is answered; the same id makes that harmless.
async fn insist(owner: &Owner, request: &AddUsersRequest) -> AddUsersResponse {
    eventually(PATIENCE, async || {
        owner.add(request.clone()).await.map_err(|status| format!("{status:?}"))
    })
    .await
}

/// Everybody has their seat and their mail, and nobody else has.
async fn check(world: &World, owner: &Owner, step: &str) {
    let pools = settled(owner).await;
    let people = owner.people().await;
    let (_, others) = people.split_first().unwrap();
    let holders = others.iter().filter(|person| person.products == ["training"]).count();
    let pool = pools.iter().find(|pool| pool.product == "training").unwrap();
    assert_eq!(holders, others.len(), "{step}: somebody lacks a seat");
    assert_eq!(
        usize::try_from(pool.assigned).unwrap(),
        holders,
        "{step}: a seat is held by nobody"
    );
    for person in others {
        let email = &person.user.as_ref().unwrap().email;
        let mails = eventually(PATIENCE, async || {
            let mails = world.mails(email);
            if mails.is_empty() {
                Err(format!("{step}: no mail to {email}"))
            } else {
                Ok(mails)
            }
        })
        .await;
        let ids: BTreeSet<_> = mails.iter().map(|mail| &mail.message_id).collect();
        assert_eq!(ids.len(), 1, "{step}: two different mails to {email}");
    }
}

/// The whole story of one request: deaths, recovery without help, then the caller's retry.
async fn survive(world: &mut World, deaths: &[Death]) {
    let step = deaths.last().unwrap().1;
    let owner = world.account().await;
    let request = adding(&[&fresh("ada"), &fresh("alan")], &["training"]);
    for death in deaths {
        arm(world, *death).await;
    }
    let acknowledged = owner.add(request.clone()).await.ok();
    for death in deaths {
        bury(world, *death).await;
    }
    check(world, &owner, step).await;

    let answer = insist(&owner, &request).await;

    if let Some(acknowledged) = acknowledged {
        assert_eq!(acknowledged, answer, "{step}: what was acknowledged has changed");
    }
    assert_eq!(insist(&owner, &request).await, answer, "{step}");
    check(world, &owner, step).await;
    assert_eq!(owner.people().await.len(), 3, "{step}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_adding_users_loses_and_doubles_nothing() {
    let mut world = hastened_world().await;
    for death in PLAIN {
        survive(&mut world, &[*death]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_while_sweeping_leaves_no_seat_behind() {
    let mut world = hastened_world().await;
    for death in SWEEPING {
        survive(&mut world, &[("gateway", "gateway::add_users::reserved"), *death]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_while_giving_up_a_reservation_leaves_no_seat_behind() {
    let mut world = hastened_world().await;
    for death in ABORTING {
        let owner = world.account().await;
        arm(&mut world, *death).await;
        // Of several who add the same person at once, all but one are refused at the commit, with seats in hand.
        eventually(PATIENCE, async || {
            let email = fresh("ada");
            let rivals = (0..8).map(|_| owner.add(adding(&[&email], &["training"])));
            futures::future::join_all(rivals).await;
            if world_has_lost(&mut world, death.0) {
                Ok(())
            } else {
                Err("nobody was refused at the commit")
            }
        })
        .await;
        bury(&mut world, *death).await;
        check(&world, &owner, death.1).await;
    }
}

fn world_has_lost(world: &mut World, service: &str) -> bool {
    !world.cluster().member(service).process().is_running()
}
