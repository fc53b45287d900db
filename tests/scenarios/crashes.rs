//! Every service is killed at every step of adding users; nothing acknowledged is lost, nothing is done twice.

use testkit::{Cluster, eventually};
use toml::{Table, Value};

use crate::batch_update::{self, adjusting, trained, update, updating};
use crate::support::deaths::{ABORTING, Death, HASTE, ORPHANING, Ordeal, PLAIN, SWEEPING, arm, bury, check, rivalry};
use crate::support::{PATIENCE, World, settled};

pub fn hasten(service: &str, config: &mut Table) {
    for &(_, block, key, value) in HASTE.iter().filter(|setting| setting.0 == service) {
        let block = config.entry(block).or_insert_with(|| Value::Table(Table::new()));
        block.as_table_mut().unwrap().insert(key.into(), value.into());
    }
}

async fn hastened_world() -> World {
    World::of(Cluster::start_with(hasten).await.unwrap())
}

/// The whole story of one request: deaths, recovery without help, then the caller's retry.
async fn survive(world: &mut World, deaths: &[Death]) {
    let step = deaths.last().unwrap().1;
    let mut ordeal = Ordeal::new(world.account().await, step);
    for death in deaths {
        arm(world, *death).await;
    }
    ordeal.send().await;
    for death in deaths {
        bury(world, *death).await;
    }
    ordeal.verify(world).await;
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
        survive(&mut world, &[ORPHANING, *death]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_while_giving_up_a_reservation_leaves_no_seat_behind() {
    let mut world = hastened_world().await;
    for death in ABORTING {
        let owner = world.account().await;
        arm(&mut world, *death).await;
        rivalry(&owner, || !world.cluster().member(death.0).process().is_running()).await;
        bury(&mut world, *death).await;
        check(&world, &owner, death.1).await;
    }
}

/// Deaths on the way of a request that changes the products of users.
const CHANGING: &[Death] = &[
    ("gateway", "gateway::change::reserved"),
    ("identity", "identity::prepare_change::received"),
    ("identity", "identity::commit_change::received"),
    ("identity", "identity::commit_change::before_commit"),
    ("identity", "identity::commit_change::committed"),
    ("identity", "identity::relay::delivered"),
    ("licensing", "licensing::confirm_reservations::committed"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_changing_products_loses_and_doubles_nothing() {
    let mut world = hastened_world().await;
    for death in CHANGING {
        let step = death.1;
        let owner = world.account().await;
        let users = trained(&owner, 2).await;
        settled(&owner).await;
        let request = updating(&users, adjusting(&["phone", "meeting"], &["training"]));
        arm(&mut world, *death).await;
        let acknowledged = update(&owner, &request).await.ok();
        bury(&mut world, *death).await;
        batch_update::check(&owner).await;

        let insist = async || {
            let answer = update(&owner, &request).await;
            answer.map_err(|status| format!("{step}: {status:?}"))
        };
        let answer = eventually(PATIENCE, insist).await;

        if let Some(acknowledged) = acknowledged {
            assert_eq!(acknowledged, answer, "{step}: what was acknowledged has changed");
        }
        batch_update::check(&owner).await;
        for user in &users {
            assert_eq!(
                owner.person(user).await.unwrap().products,
                ["meeting", "phone"],
                "{step}"
            );
        }
    }
}
