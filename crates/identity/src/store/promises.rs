//! The names of what memberships refer to: promised, or had.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};

use crate::domain::membership::{Membership, Names};

const NAMES_TEXT: &str = "SELECT
    (SELECT name FROM roles WHERE account_id = $1 AND id = $2) AS role,
    (SELECT name FROM groups WHERE account_id = $1 AND id = $3) AS user_group,
    (SELECT name FROM settings_templates WHERE account_id = $1 AND id = $4) AS settings_template";
const NAMES: Sql = Sql {
    postgres: NAMES_TEXT,
    sqlite: NAMES_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    role: Option<String>,
    user_group: Option<String>,
    settings_template: Option<String>,
}

/// The names of what a membership refers to; none for what is not there any more.
pub async fn names(conn: &impl ConnectionTrait, membership: &Membership) -> Result<Names, StorageError> {
    let values = vec![
        membership.account_id.to_string().into(),
        membership.custom_role_id.map(|id| id.to_string()).into(),
        membership.group_id.map(|id| id.to_string()).into(),
        membership.settings_template_id.map(|id| id.to_string()).into(),
    ];
    let row: Option<Row> = NAMES.query_one(conn, values).await?;
    Ok(row
        .map(|row| Names {
            role: row.role,
            group: row.user_group,
            settings_template: row.settings_template,
        })
        .unwrap_or_default())
}
