//! What the names stand for that an account has given.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::AccountId;

use super::broken;
use crate::domain::error::Error;
use crate::domain::sheet::{Directory, Named};

const GROUPS: Sql = Sql {
    postgres: "SELECT name_key, id FROM groups
        WHERE account_id = $1 AND name_key = ANY (ARRAY(SELECT json_array_elements_text($2::json)))",
    sqlite: "SELECT name_key, id FROM groups
        WHERE account_id = $1 AND name_key IN (SELECT value FROM json_each($2))",
};

const TEMPLATES: Sql = Sql {
    postgres: "SELECT name_key, id FROM settings_templates
        WHERE account_id = $1 AND name_key = ANY (ARRAY(SELECT json_array_elements_text($2::json)))",
    sqlite: "SELECT name_key, id FROM settings_templates
        WHERE account_id = $1 AND name_key IN (SELECT value FROM json_each($2))",
};

const ROLES: Sql = Sql {
    postgres: "SELECT name_key, id FROM roles
        WHERE account_id = $1 AND name_key = ANY (ARRAY(SELECT json_array_elements_text($2::json)))",
    sqlite: "SELECT name_key, id FROM roles
        WHERE account_id = $1 AND name_key IN (SELECT value FROM json_each($2))",
};

const WELCOME_EMAILS: Sql = Sql {
    postgres: "SELECT name_key, id FROM welcome_emails
        WHERE account_id = $1 AND name_key = ANY (ARRAY(SELECT json_array_elements_text($2::json)))",
    sqlite: "SELECT name_key, id FROM welcome_emails
        WHERE account_id = $1 AND name_key IN (SELECT value FROM json_each($2))",
};

#[derive(FromQueryResult)]
struct Row {
    name_key: String,
    id: String,
}

/// What these names stand for, as far as they stand for anything.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, named: &Named) -> Result<Directory, Error> {
    Ok(Directory {
        groups: look_up(conn, GROUPS, account, &named.groups).await?,
        templates: look_up(conn, TEMPLATES, account, &named.templates).await?,
        roles: look_up(conn, ROLES, account, &named.roles).await?,
        welcome_emails: look_up(conn, WELCOME_EMAILS, account, &named.welcome_emails).await?,
    })
}

async fn look_up<Id: FromStr<Err: Display>>(
    conn: &impl ConnectionTrait,
    statement: Sql,
    account: AccountId,
    keys: &[String],
) -> Result<HashMap<String, Id>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    // PostgreSQL has no NUL in a text, and so in no name.
    let keys: Vec<&String> = keys.iter().filter(|key| !key.contains('\0')).collect();
    let rows: Vec<Row> = statement
        .query(conn, vec![account.to_string().into(), json(&keys)])
        .await?;
    let read = |row: Row| Ok((row.name_key, row.id.parse().map_err(broken("id"))?));
    rows.into_iter().map(read).collect()
}
