//! What licensing can be asked to do, one use case a file.

mod abort_reservations;
mod batch_get_holdings;
mod confirm_reservations;
mod error;
mod list_holders;
mod list_products;
mod list_seat_pools;
mod list_surplus;
mod move_seats;
mod purge;
mod release_seats;
mod reserve_seats;
mod retry;
mod set_seat_totals;
mod settle;
mod sweep_reservations;

use storage::{Batcher, Database, RelayWaker};

use crate::clients::identity::Identity;
use crate::config::{ReservationConfig, RetentionConfig, SweepConfig};
use crate::domain::grant::{Answer, Ask};
use crate::domain::product::Catalogue;

pub use error::{Error, Input};
pub use list_holders::{HolderPage, HolderQuery};
pub use list_surplus::Surplus;
pub use release_seats::Release;
pub use set_seat_totals::InUse;
pub use sweep_reservations::Swept;

/// The use cases, and what they work on.
#[derive(Debug)]
pub struct App {
    database: Database,
    catalogue: Catalogue,
    identity: Identity,
    relay: RelayWaker,
    reserver: Batcher<Ask, Answer, Error>,
    sweep: SweepConfig,
    retention: RetentionConfig,
}

impl App {
    /// Starts the task that decides who gets seats.
    pub fn new(
        database: Database,
        catalogue: Catalogue,
        identity: Identity,
        relay: RelayWaker,
        reservations: &ReservationConfig,
        sweep: SweepConfig,
        retention: RetentionConfig,
    ) -> Self {
        Self {
            reserver: reserve_seats::batcher(&database, reservations),
            database,
            catalogue,
            identity,
            relay,
            sweep,
            retention,
        }
    }
}
