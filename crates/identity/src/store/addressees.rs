//! Users by their address, for e-mails to them.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::Sql;

use super::broken;
use crate::domain::addressee::Addressee;
use crate::domain::error::Error;

const FIND_TEXT: &str = "SELECT u.id, u.account_id, u.address, u.given_name, u.family_name, u.language, u.state,
        a.name AS account_name, a.state AS account_state
    FROM users u JOIN accounts a ON a.id = u.account_id
    WHERE u.email = $1 AND u.state <> 'DELETED'";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    account_id: String,
    address: String,
    given_name: String,
    family_name: String,
    language: String,
    state: String,
    account_name: String,
    account_state: String,
}

/// Whoever this canonical address belongs to, of whatever account: for e-mails to the address itself only.
pub async fn find(conn: &impl ConnectionTrait, email: &str) -> Result<Option<Addressee>, Error> {
    let Some(row) = FIND.query_one::<Row>(conn, vec![email.into()]).await? else {
        return Ok(None);
    };
    Ok(Some(Addressee {
        user_id: row.id.parse().map_err(broken("users.id"))?,
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        account_name: row.account_name,
        address: row.address,
        given_name: row.given_name,
        family_name: row.family_name,
        language: row.language,
        state: row.state.parse().map_err(broken("users.state"))?,
        account_state: row.account_state.parse().map_err(broken("accounts.state"))?,
    }))
}
