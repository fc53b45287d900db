//! Settings templates.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, TemplateId};

use super::broken;
use crate::domain::error::Error;

const AMONG: Sql = Sql {
    postgres: "SELECT account_id, id FROM settings_templates
        WHERE id IN (SELECT value FROM json_array_elements_text($1::json))",
    sqlite: "SELECT account_id, id FROM settings_templates WHERE id IN (SELECT value FROM json_each($1))",
};

/// In one order, so that two transactions wait for one another instead of for each other.
const HOLD: Sql = Sql {
    postgres: "SELECT account_id, id FROM settings_templates
        WHERE id IN (SELECT value FROM json_array_elements_text($1::json)) ORDER BY id FOR KEY SHARE",
    sqlite: AMONG.sqlite,
};

#[derive(FromQueryResult)]
struct OwnedRow {
    account_id: String,
    id: String,
}

/// Which of these there are, each with the account that it belongs to.
pub async fn among(conn: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    owned(conn, ids, AMONG).await
}

/// The same, and they stay until the transaction is over. After [`super::groups::hold`].
pub async fn hold(conn: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    owned(conn, ids, HOLD).await
}

async fn owned(
    conn: &impl ConnectionTrait,
    ids: &[TemplateId],
    sql: Sql,
) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<OwnedRow> = sql.query(conn, vec![json(ids)]).await?;
    let read = |row: OwnedRow| {
        let account = row
            .account_id
            .parse()
            .map_err(broken("settings_templates.account_id"))?;
        Ok((account, row.id.parse().map_err(broken("settings_templates.id"))?))
    };
    rows.into_iter().map(read).collect()
}
