//! Requests that have made something.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{AccountId, Timestamp};

use super::broken;
use crate::domain::creation::Creation;
use crate::domain::error::Error;

const CLAIM_TEXT: &str = "INSERT INTO creations (account_id, request_id, fingerprint, subject_id, create_time)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, request_id) DO NOTHING";
const CLAIM: Sql = Sql {
    postgres: CLAIM_TEXT,
    sqlite: CLAIM_TEXT,
};

const FIND_TEXT: &str = "SELECT fingerprint, subject_id FROM creations WHERE account_id = $1 AND request_id = $2";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Found {
    fingerprint: String,
    subject_id: String,
}

/// Remembers that a request makes `subject`, or answers what it has made before: a twin that is under way is waited for.
///
/// # Errors
/// [`Error::RequestIdReused`] when the request asked for something else then.
pub async fn claim<Id>(
    conn: &impl ConnectionTrait,
    account: AccountId,
    creation: &Creation,
    subject: Id,
    now: Timestamp,
) -> Result<Option<Id>, Error>
where
    Id: std::fmt::Display + std::str::FromStr<Err: std::fmt::Display>,
{
    let key = [account.to_string(), creation.request_id.to_string()];
    let [account, request] = key.clone();
    let values = vec![
        account.into(),
        request.into(),
        creation.fingerprint.clone().into(),
        subject.to_string().into(),
        now.micros().into(),
    ];
    if CLAIM.execute(conn, values).await? == 1 {
        return Ok(None);
    }
    let found: Option<Found> = FIND.query_one(conn, key.map(Into::into).to_vec()).await?;
    // Forgotten in between: then it is as old as that.
    let found = found.ok_or(Error::RequestIdExpired)?;
    if found.fingerprint == creation.fingerprint {
        found
            .subject_id
            .parse()
            .map(Some)
            .map_err(broken("creations.subject_id"))
    } else {
        Err(Error::RequestIdReused)
    }
}

const FORGET_TEXT: &str = "DELETE FROM creations WHERE create_time < $1";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets what was made before a point in time; says how many requests that were.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}
