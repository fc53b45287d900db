//! How the schema came to be, step by step.

mod m20261123_000001_create_mails;
mod m20261125_000602_create_outbox;
mod m20261125_000701_rename_accept_link;
mod m20261126_000601_create_wordings;
mod m20261126_000801_add_recipients;
mod m20261126_000802_create_suppressions;
mod m20261126_000803_create_cancellations;
mod m20261126_000804_add_update_time;
mod m20261126_000805_create_kept_mails;
mod m20261126_001001_trace_messages;
mod m20261126_001002_trace_mails;
mod m20261126_001101_tell_indexes_apart;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The steps in their order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_mails::Migration),
            Box::new(m20261125_000602_create_outbox::Migration),
            Box::new(m20261125_000701_rename_accept_link::Migration),
            Box::new(m20261126_000601_create_wordings::Migration),
            Box::new(m20261126_000801_add_recipients::Migration),
            Box::new(m20261126_000802_create_suppressions::Migration),
            Box::new(m20261126_000803_create_cancellations::Migration),
            Box::new(m20261126_000804_add_update_time::Migration),
            Box::new(m20261126_000805_create_kept_mails::Migration),
            Box::new(m20261126_001001_trace_messages::Migration),
            Box::new(m20261126_001002_trace_mails::Migration),
            Box::new(m20261126_001101_tell_indexes_apart::Migration),
        ]
    }
}
