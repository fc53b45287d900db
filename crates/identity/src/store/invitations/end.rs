//! Invitations that end with the users they are for.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, InvitationId, Timestamp, UserId};

use crate::domain::error::Error;
use crate::domain::invitation::{InvitationState, Kind};
use crate::store::broken;

/// What ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The invitation.
    pub id: InvitationId,
    /// The account that had invited.
    pub account_id: AccountId,
    /// What accepting would have done.
    pub kind: Kind,
    /// What has become of it.
    pub state: InvitationState,
    /// Which of its links was the last.
    pub generation: u32,
    /// The products it had promised.
    pub products: Vec<String>,
    /// The version of what it holds in licensing from now on, which is nothing.
    pub seat_version: i64,
}

/// In one order, so that two transactions with several invitations wait for one another instead of for each other.
const END: Sql = Sql {
    postgres: "UPDATE invitations i SET answer_time = $2, seat_version = i.seat_version + 1,
            state = CASE i.kind WHEN 'JOIN' THEN 'REVOKED' ELSE 'SUPERSEDED' END
        FROM (SELECT id FROM invitations
            WHERE user_id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) AND state = 'PENDING'
            ORDER BY id FOR UPDATE) AS p
        WHERE i.id = p.id
        RETURNING i.id, i.account_id, i.kind, i.state, i.generation, i.products, i.seat_version",
    sqlite: "UPDATE invitations SET answer_time = $2, seat_version = seat_version + 1,
            state = CASE kind WHEN 'JOIN' THEN 'REVOKED' ELSE 'SUPERSEDED' END
        WHERE user_id IN (SELECT value FROM json_each($1)) AND state = 'PENDING'
        RETURNING id, account_id, kind, state, generation, products, seat_version",
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    account_id: String,
    kind: String,
    state: String,
    generation: i64,
    products: String,
    seat_version: i64,
}

/// Ends every pending invitation for these users, of whatever account: there is nobody left to join or to move.
pub async fn end_of_users(conn: &impl ConnectionTrait, users: &[UserId], now: Timestamp) -> Result<Vec<Ended>, Error> {
    if users.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<Row> = END.query(conn, vec![json(users), now.micros().into()]).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Ended, Error> {
    Ok(Ended {
        id: row.id.parse().map_err(broken("invitations.id"))?,
        account_id: row.account_id.parse().map_err(broken("invitations.account_id"))?,
        kind: row.kind.parse().map_err(broken("invitations.kind"))?,
        state: row.state.parse().map_err(broken("invitations.state"))?,
        generation: u32::try_from(row.generation).map_err(broken("invitations.generation"))?,
        products: serde_json::from_str(&row.products).map_err(broken("invitations.products"))?,
        seat_version: row.seat_version,
    })
}
