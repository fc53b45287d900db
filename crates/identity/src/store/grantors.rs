//! Who could grant something: the users of an account who have a permission.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, Permission, Role, UserId};

use super::broken;
use crate::domain::error::Error;

const LIST: Sql = Sql {
    postgres: "SELECT u.id, u.given_name, u.family_name FROM users u
        LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.account_id = $1 AND u.state = 'ACTIVE' AND u.role <> 'MEMBER'
            AND (u.role = ANY (ARRAY(SELECT json_array_elements_text($2::json)))
                OR $3 IN (SELECT value FROM json_array_elements_text(r.permissions::json)))
        ORDER BY u.id LIMIT $4",
    sqlite: "SELECT u.id, u.given_name, u.family_name FROM users u
        LEFT JOIN roles r ON r.id = u.custom_role_id
        WHERE u.account_id = $1 AND u.state = 'ACTIVE' AND u.role <> 'MEMBER'
            AND (u.role IN (SELECT value FROM json_each($2))
                OR $3 IN (SELECT value FROM json_each(r.permissions)))
        ORDER BY u.id LIMIT $4",
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    given_name: String,
    family_name: String,
}

/// The first of an account's active users whose role grants `permission`, which members do not have, with their names.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    permission: Permission,
    limit: i64,
) -> Result<Vec<(UserId, String)>, Error> {
    let built_in: Vec<&str> = Role::BUILT_IN
        .into_iter()
        .filter(|role| permission.is_granted_to(*role, false))
        .map(|role| role.as_str())
        .collect();
    let values = vec![
        account.to_string().into(),
        json(&built_in),
        permission.as_str().into(),
        limit.into(),
    ];
    let rows: Vec<Row> = LIST.query(conn, values).await?;
    let read = |row: Row| {
        let id = row.id.parse().map_err(broken("users.id"))?;
        Ok((id, format!("{} {}", row.given_name, row.family_name)))
    };
    rows.into_iter().map(read).collect()
}
