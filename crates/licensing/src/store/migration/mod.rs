//! The schema, change by change.

mod m20261123_000001_create_seat_pools;
mod m20261123_000002_create_reservations;
mod m20261123_000003_create_seat_holders;
mod m20261123_000004_create_seat_totals;
mod m20261125_000401_await_older_changes;
mod m20261125_000602_create_outbox;
mod m20261126_000501_tell_tenures;
mod m20261126_000502_schedule_seats;
mod m20261126_001001_trace_messages;

use sea_orm_migration::prelude::*;

/// Brings licensing's database up to date.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_seat_pools::Migration),
            Box::new(m20261123_000002_create_reservations::Migration),
            Box::new(m20261123_000003_create_seat_holders::Migration),
            Box::new(m20261123_000004_create_seat_totals::Migration),
            Box::new(m20261125_000401_await_older_changes::Migration),
            Box::new(m20261125_000602_create_outbox::Migration),
            Box::new(m20261126_000501_tell_tenures::Migration),
            Box::new(m20261126_000502_schedule_seats::Migration),
            Box::new(m20261126_001001_trace_messages::Migration),
        ]
    }
}
