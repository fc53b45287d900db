//! How the schema came to be, step by step.

mod m20261123_000001_create_subscriptions;
mod m20261123_000002_create_outbox;
mod m20261125_000701_end_subscriptions;
mod m20261126_000801_sell_by_the_period;
mod m20261126_000901_remind_of_trials;
mod m20261126_000902_put_accounts_off;
mod m20261126_001001_trace_messages;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The steps in their order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_subscriptions::Migration),
            Box::new(m20261123_000002_create_outbox::Migration),
            Box::new(m20261125_000701_end_subscriptions::Migration),
            Box::new(m20261126_000801_sell_by_the_period::Migration),
            Box::new(m20261126_000901_remind_of_trials::Migration),
            Box::new(m20261126_000902_put_accounts_off::Migration),
            Box::new(m20261126_001001_trace_messages::Migration),
        ]
    }
}
