//! Who holds seats, or can: users and invitations by their ids, of one account, many at a time.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::AccountId;

use super::optional;
use crate::domain::error::Error;
use crate::domain::holder::Holder;

const FIND: Sql = Sql {
    postgres: "
        WITH wanted AS (SELECT json_array_elements_text($2::json) AS id)
        SELECT t.id, t.address, t.given_name, t.family_name, t.state AS user_state
        FROM wanted JOIN users t ON t.id = wanted.id AND t.account_id || '' = $1
        UNION ALL
        SELECT t.id, t.address, '', '', NULL
        FROM wanted JOIN invitations t ON t.id = wanted.id AND t.account_id || '' = $1",
    sqlite: "
        SELECT t.id, t.address, t.given_name, t.family_name, t.state AS user_state
        FROM json_each($2) AS wanted CROSS JOIN users t ON t.id = wanted.value AND t.account_id = $1
        UNION ALL
        SELECT t.id, t.address, '', '', NULL
        FROM json_each($2) AS wanted CROSS JOIN invitations t ON t.id = wanted.value AND t.account_id = $1",
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    address: String,
    given_name: String,
    family_name: String,
    user_state: Option<String>,
}

/// Those of these ids that are an account's users or invitations.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, ids: &[String]) -> Result<Vec<Holder>, Error> {
    let rows: Vec<Row> = FIND.query(conn, vec![account.to_string().into(), json(ids)]).await?;
    let read = |row: Row| {
        Ok(Holder {
            id: row.id,
            address: row.address,
            given_name: row.given_name,
            family_name: row.family_name,
            user_state: optional(row.user_state, "users.state")?,
        })
    };
    rows.into_iter().map(read).collect()
}
