//! How the tables came to be, one change a file; never edited once released.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m20261123_000001_create_accounts;
mod m20261123_000002_create_users;
mod m20261123_000003_create_invitations;
mod m20261123_000004_create_requests;
mod m20261123_000005_create_sessions;
mod m20261123_000006_create_audit_events;
mod m20261123_000007_create_outbox;
mod m20261125_000001_create_groups;
mod m20261125_000002_widen_users;
mod m20261125_000003_chain_audit_events;
mod m20261125_000101_index_users;
mod m20261125_000501_create_creations;
mod m20261125_000601_keep_audit_events;
mod m20261125_000701_create_sign_ups;
mod m20261125_000801_create_imports;
mod m20261126_000501_tell_assigners;
mod m20261126_000601_create_welcome_emails;
mod m20261126_001001_trace_messages;
mod m20261126_001101_contract_invitation_hashes;

/// Brings a database of identity's to the present.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_accounts::Migration),
            Box::new(m20261123_000002_create_users::Migration),
            Box::new(m20261123_000003_create_invitations::Migration),
            Box::new(m20261123_000004_create_requests::Migration),
            Box::new(m20261123_000005_create_sessions::Migration),
            Box::new(m20261123_000006_create_audit_events::Migration),
            Box::new(m20261123_000007_create_outbox::Migration),
            Box::new(m20261125_000001_create_groups::Migration),
            Box::new(m20261125_000002_widen_users::Migration),
            Box::new(m20261125_000003_chain_audit_events::Migration),
            Box::new(m20261125_000101_index_users::Migration),
            Box::new(m20261125_000501_create_creations::Migration),
            Box::new(m20261125_000601_keep_audit_events::Migration),
            Box::new(m20261125_000701_create_sign_ups::Migration),
            Box::new(m20261125_000801_create_imports::Migration),
            Box::new(m20261126_000501_tell_assigners::Migration),
            Box::new(m20261126_000601_create_welcome_emails::Migration),
            Box::new(m20261126_001001_trace_messages::Migration),
            Box::new(m20261126_001101_contract_invitation_hashes::Migration),
        ]
    }
}
