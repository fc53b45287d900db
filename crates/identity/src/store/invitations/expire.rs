//! How pending invitations end that nobody has answered in time.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::Sql;
use types::{AccountId, InvitationId, Timestamp, UserId};

use super::broken;
use crate::domain::error::Error;
use crate::domain::invitation::Kind;

const OVERDUE_TEXT: &str = "SELECT account_id FROM (
        SELECT account_id, expire_time FROM invitations WHERE state = 'PENDING' AND expire_time <= $1
        ORDER BY expire_time LIMIT $2) AS due
    GROUP BY account_id ORDER BY min(expire_time)";
const OVERDUE: Sql = Sql {
    postgres: OVERDUE_TEXT,
    sqlite: OVERDUE_TEXT,
};

#[derive(FromQueryResult)]
struct Overdue {
    account_id: String,
}

/// The accounts with the `most` pending invitations that were due first.
pub async fn overdue(conn: &impl ConnectionTrait, now: Timestamp, most: u32) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<Overdue> = OVERDUE.query(conn, vec![now.micros().into(), most.into()]).await?;
    let parse = |row: Overdue| row.account_id.parse().map_err(broken("invitations.account_id"));
    rows.into_iter().map(parse).collect()
}

/// What a user was given since they were invited is remembered with the invitation, so that sending it again can give it
/// back.
const EXPIRE_TEXT: &str = "UPDATE invitations SET state = 'EXPIRED',
        seat_version = seat_version + CASE WHEN kind = 'TRANSFER' AND products <> '[]' THEN 1 ELSE 0 END,
        products = CASE WHEN kind = 'TRANSFER' THEN products ELSE coalesce(
            (SELECT u.products FROM users u WHERE u.id = invitations.user_id AND u.account_id = invitations.account_id),
            products) END
    WHERE id IN (
            SELECT id FROM invitations WHERE account_id = $1 AND state = 'PENDING' AND expire_time <= $2
            ORDER BY expire_time LIMIT $3)
        AND state = 'PENDING' AND expire_time <= $2
    RETURNING id, user_id, kind, products, seat_version";
const EXPIRE: Sql = Sql {
    postgres: EXPIRE_TEXT,
    sqlite: EXPIRE_TEXT,
};

#[derive(FromQueryResult)]
struct ExpiredRow {
    id: String,
    user_id: String,
    kind: String,
    products: String,
    seat_version: i64,
}

/// An invitation that has just expired.
#[derive(Clone, Debug)]
pub struct Expired {
    /// Its id.
    pub id: InvitationId,
    /// The user it was for.
    pub user_id: UserId,
    /// What accepting would have done.
    pub kind: Kind,
    /// The products that would have come with it.
    pub products: Vec<String>,
    /// The version of its having given up its seats, when it is to transfer.
    pub seat_version: i64,
}

/// Expires up to `most` of an account's pending invitations that were not answered in time, those that were due first. Each
/// is answered to one caller only, however many ask at once.
pub async fn expire(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: Timestamp,
    most: u32,
) -> Result<Vec<Expired>, Error> {
    let values = vec![account.to_string().into(), now.micros().into(), most.into()];
    let rows: Vec<ExpiredRow> = EXPIRE.query(conn, values).await?;
    let read = |row: ExpiredRow| {
        Ok(Expired {
            id: row.id.parse().map_err(broken("invitations.id"))?,
            user_id: row.user_id.parse().map_err(broken("invitations.user_id"))?,
            kind: row.kind.parse().map_err(broken("invitations.kind"))?,
            products: serde_json::from_str(&row.products).map_err(broken("invitations.products"))?,
            seat_version: row.seat_version,
        })
    };
    rows.into_iter().map(read).collect()
}
