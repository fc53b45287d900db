//! Closing an account: what is in the way, and the end.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{AccountId, Timestamp, UserId};

use crate::domain::closing::{Blocker, Obstacle, blockers};
use crate::domain::error::Error;

const COUNT_TEXT: &str = "SELECT
    (SELECT count(*) FROM users WHERE account_id = $1 AND id <> $2 AND state <> 'DELETED') AS users,
    (SELECT count(*) FROM invitations WHERE account_id = $1 AND state = 'PENDING' AND expire_time > $3)
        + (SELECT count(*) FROM invitations
            WHERE user_id = $2 AND account_id <> $1 AND state = 'PENDING' AND expire_time > $3) AS invitations,
    (SELECT count(*) FROM accounts WHERE id = $1 AND offered_user_id IS NOT NULL AND offer_time > $4) AS offers";
const COUNT: Sql = Sql {
    postgres: COUNT_TEXT,
    sqlite: COUNT_TEXT,
};

#[derive(FromQueryResult)]
struct Counts {
    users: i64,
    invitations: i64,
    offers: i64,
}

/// Everything that keeps `user` from closing their account; an offer of the billing contact's post that was made before
/// `offered_since` is over.
pub async fn find_blockers(
    conn: &impl ConnectionTrait,
    account: AccountId,
    user: UserId,
    now: Timestamp,
    offered_since: Timestamp,
) -> Result<Vec<Blocker>, Error> {
    let values = vec![
        account.to_string().into(),
        user.to_string().into(),
        now.micros().into(),
        offered_since.micros().into(),
    ];
    let counts = COUNT.query_one::<Counts>(conn, values).await?;
    let counts = counts.ok_or(Error::AccountNotFound(account))?;
    Ok(blockers([
        (Obstacle::OtherUsers, counts.users),
        (Obstacle::PendingInvitations, counts.invitations),
        (Obstacle::PendingBillingContactOffer, counts.offers),
    ]))
}

const CLOSE_TEXT: &str = "UPDATE accounts
    SET state = 'CLOSED', close_time = $2, offered_user_id = NULL, offer_time = NULL, revision = revision + 1
    WHERE id = $1 AND state = 'ACTIVE'";
const CLOSE: Sql = Sql {
    postgres: CLOSE_TEXT,
    sqlite: CLOSE_TEXT,
};

/// Closes an account that is locked.
pub async fn close(conn: &impl ConnectionTrait, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    let values = vec![account.to_string().into(), now.micros().into()];
    CLOSE.execute(conn, values).await.map(drop)
}
