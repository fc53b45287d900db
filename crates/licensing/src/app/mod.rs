//! What licensing can be asked to do, one use case a file.

mod abort_reservations;
mod batch_get_holdings;
mod check_entitlement;
mod confirm_reservations;
mod error;
mod list_holders;
mod list_products;
mod list_seat_pools;
mod list_seats;
mod list_surplus;
mod measure;
mod move_seats;
mod poll_seat_pools;
mod purge;
mod release_seats;
mod reserve_seats;
mod retry;
mod set_seat_totals;
mod settle;
mod sweep_reservations;
mod watch_seats;

use chassis::{Actor, Caller, Person, Standings, Watchers};
use storage::{Batcher, Database, RelayWaker};

use crate::clients::identity::Identity;
use crate::config::{Config, RetentionConfig, SweepConfig};
use crate::domain::grant::{Answer, Ask};
use crate::domain::product::Catalogue;

pub use error::{Error, Input};
pub use list_holders::{HolderPage, HolderQuery};
pub use list_seats::SeatQuery;
pub use list_surplus::Surplus;
pub use poll_seat_pools::Pools;
pub use release_seats::Release;
pub use set_seat_totals::InUse;
pub use sweep_reservations::Swept;

/// The use cases, and what they work on.
#[derive(Debug)]
pub struct App {
    database: Database,
    catalogue: Catalogue,
    identity: Identity,
    standings: Standings,
    relay: RelayWaker,
    reserver: Batcher<Ask, Answer, Error>,
    sweep: SweepConfig,
    retention: RetentionConfig,
    /// Those who watch how pools stand.
    pub watchers: Watchers<Pools>,
}

/// The person behind a call.
fn person(caller: &Caller) -> Result<&Person, Error> {
    match &caller.actor {
        Actor::Person(person) => Ok(person),
        Actor::Nobody | Actor::Service => Err(Error::PersonRequired),
    }
}

impl App {
    /// Starts the task that decides who gets seats.
    pub fn new(
        database: Database,
        catalogue: Catalogue,
        identity: Identity,
        standings: Standings,
        relay: RelayWaker,
        config: &Config,
    ) -> Self {
        Self {
            reserver: reserve_seats::batcher(&database, &config.reservations),
            database,
            catalogue,
            identity,
            standings,
            relay,
            sweep: config.sweep.clone(),
            retention: config.retention.clone(),
            watchers: Watchers::new(config.watches.clone()),
        }
    }
}
