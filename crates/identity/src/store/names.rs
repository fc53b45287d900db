//! The names of what is known by its id, of one account, many at a time.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::AccountId;

use crate::domain::error::Error;
use crate::domain::membership::{Membership, Names};

/// An id says by its prefix of what it is, so that one statement asks all three tables.
const FIND: Sql = Sql {
    postgres: "
        WITH wanted AS (SELECT json_array_elements_text($2::json) AS id)
        SELECT t.id, t.name FROM wanted JOIN groups t ON t.id = wanted.id AND t.account_id || '' = $1
        UNION ALL
        SELECT t.id, t.name FROM wanted JOIN settings_templates t ON t.id = wanted.id AND t.account_id || '' = $1
        UNION ALL
        SELECT t.id, t.name FROM wanted JOIN roles t ON t.id = wanted.id AND t.account_id || '' = $1",
    sqlite: "
        SELECT t.id, t.name FROM json_each($2) AS wanted
            CROSS JOIN groups t ON t.id = wanted.value AND t.account_id = $1
        UNION ALL
        SELECT t.id, t.name FROM json_each($2) AS wanted
            CROSS JOIN settings_templates t ON t.id = wanted.value AND t.account_id = $1
        UNION ALL
        SELECT t.id, t.name FROM json_each($2) AS wanted
            CROSS JOIN roles t ON t.id = wanted.value AND t.account_id = $1",
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    name: String,
}

/// The names of those of these ids that are an account's groups, settings templates or roles.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &BTreeSet<String>,
) -> Result<HashMap<String, String>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = FIND.query(conn, vec![account.to_string().into(), json(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The names of what a membership refers to; none for what is not there any more.
pub async fn of_membership(conn: &impl ConnectionTrait, membership: &Membership) -> Result<Names, Error> {
    let role = membership.custom_role_id.map(|id| id.to_string());
    let group = membership.group_id.map(|id| id.to_string());
    let template = membership.settings_template_id.map(|id| id.to_string());
    let ids = [&role, &group, &template].into_iter().flatten().cloned().collect();
    let names = find(conn, membership.account_id, &ids).await?;
    let name = |id: Option<String>| names.get(&id?).cloned();
    Ok(Names {
        role: name(role),
        group: name(group),
        settings_template: name(template),
    })
}
