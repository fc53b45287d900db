//! What a service may do in its database: in tests as in production, where it does not own what it works on.

use std::path::Path;

use anyhow::Result;

use crate::postgres::Postgres;

/// Gives the service's role its rights in a migrated database.
pub(super) async fn grant(postgres: &Postgres, service: &str, url: &str) -> Result<()> {
    // Roles are the server's, which other tests are using.
    let role = format!(
        "DO $$ BEGIN CREATE ROLE {service}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    postgres.sql(url, &role).await?;
    let grants = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/sql/grants");
    postgres.script(url, &grants.join(service).with_extension("sql")).await
}

/// The address of a database for a connection with the service's rights and no others.
pub(super) fn of_service(service: &str, url: &str) -> String {
    let divider = if url.contains('?') { '&' } else { '?' };
    format!("{url}{divider}options[role]={service}")
}
