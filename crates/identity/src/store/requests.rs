//! Remembered requests: what was decided, and which attempts can never be decided any more.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, Timestamp, UserId};

use super::broken;
use crate::domain::admission::{self, Holder, ReservationKey};
use crate::domain::answered::{Answered, OfAnotherKind};
use crate::domain::error::Error;

/// Which request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// The account that asked.
    pub account_id: AccountId,
    /// The name it gave the request.
    pub request_id: String,
}

/// What is remembered of a request.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Which request.
    pub key: Key,
    /// The attempts up to this one can never be committed.
    pub aborted_epoch: i64,
    /// What was decided, if anything was.
    pub committed: Option<Committed>,
}

/// A request's decision.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The attempt by which it was committed; 0 when it needed no seats.
    pub epoch: i64,
    /// SHA-256 over its content.
    pub fingerprint: String,
    /// What it was answered with.
    pub answer: Answered,
    /// Who holds the seats.
    pub holders: Vec<Holder>,
    /// Who gave them the seats; none in what was decided before it was written down.
    pub assigner_id: Option<UserId>,
    /// When it was decided.
    pub create_time: Timestamp,
}

impl Committed {
    /// The answer to the same request with the content of this fingerprint.
    ///
    /// # Errors
    /// [`Error::RequestIdReused`] for another content.
    pub fn answer_to<A: TryFrom<Answered, Error = OfAnotherKind>>(&self, fingerprint: &str) -> Result<A, Error> {
        if self.fingerprint != fingerprint {
            return Err(Error::RequestIdReused);
        }
        A::try_from(self.answer.clone()).map_err(|OfAnotherKind| Error::RequestIdReused)
    }
}

/// A decision to write.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The account that asked.
    pub account_id: AccountId,
    /// The name it gave the request.
    pub request_id: String,
    /// The attempt; 0 when no seats are needed.
    pub committed_epoch: i64,
    /// SHA-256 over the content.
    pub fingerprint: String,
    /// [`Answered`] as JSON.
    pub answer: String,
    /// [`Holder`]s as JSON.
    pub holders: String,
    /// Who asked.
    pub assigner_id: UserId,
    /// When it was decided.
    pub create_time: Timestamp,
}

const FIND: Sql = Sql {
    postgres:
        "SELECT r.account_id, r.request_id, r.committed_epoch, r.aborted_epoch, r.fingerprint, r.answer, r.holders,
            r.assigner_id, r.create_time
        FROM json_to_recordset($1::json) AS k(account_id text, request_id text)
        JOIN requests r ON r.account_id = k.account_id AND r.request_id = k.request_id",
    sqlite: "SELECT r.account_id, r.request_id, r.committed_epoch, r.aborted_epoch, r.fingerprint, r.answer, r.holders,
            r.assigner_id, r.create_time
        FROM json_each($1) AS k
        JOIN requests r ON r.account_id = k.value->>'account_id' AND r.request_id = k.value->>'request_id'",
};

#[derive(FromQueryResult)]
struct Found {
    account_id: String,
    request_id: String,
    committed_epoch: Option<i64>,
    aborted_epoch: i64,
    fingerprint: Option<String>,
    answer: Option<String>,
    holders: Option<String>,
    assigner_id: Option<String>,
    create_time: i64,
}

/// What is remembered of these requests.
pub async fn find(conn: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<Remembered>, Error> {
    let rows: Vec<Found> = FIND.query(conn, vec![json(keys)]).await?;
    rows.into_iter().map(read).collect()
}

/// The guard of the commit point: nothing is written over a decision, or for an attempt that was aborted.
const COMMIT: Sql = Sql {
    postgres: "INSERT INTO requests (account_id, request_id, committed_epoch, aborted_epoch, fingerprint, answer,
            holders, assigner_id, create_time)
        SELECT account_id, request_id, committed_epoch, 0, fingerprint, answer, holders, assigner_id, create_time
        FROM json_to_recordset($1::json) AS r(account_id text, request_id text, committed_epoch bigint,
            fingerprint text, answer text, holders text, assigner_id text, create_time bigint)
        ORDER BY account_id, request_id
        ON CONFLICT (account_id, request_id) DO UPDATE SET committed_epoch = excluded.committed_epoch,
            fingerprint = excluded.fingerprint, answer = excluded.answer, holders = excluded.holders,
            assigner_id = excluded.assigner_id, create_time = excluded.create_time
        WHERE requests.committed_epoch IS NULL
            AND (excluded.committed_epoch = 0 OR requests.aborted_epoch < excluded.committed_epoch)",
    sqlite: "INSERT INTO requests (account_id, request_id, committed_epoch, aborted_epoch, fingerprint, answer,
            holders, assigner_id, create_time)
        SELECT value->>'account_id', value->>'request_id', value->>'committed_epoch', 0, value->>'fingerprint',
            value->>'answer', value->>'holders', value->>'assigner_id', value->>'create_time'
        FROM json_each($1) WHERE true
        ON CONFLICT (account_id, request_id) DO UPDATE SET committed_epoch = excluded.committed_epoch,
            fingerprint = excluded.fingerprint, answer = excluded.answer, holders = excluded.holders,
            assigner_id = excluded.assigner_id, create_time = excluded.create_time
        WHERE requests.committed_epoch IS NULL
            AND (excluded.committed_epoch = 0 OR requests.aborted_epoch < excluded.committed_epoch)",
};

/// The same without its guard against aborted attempts: the control that shows what the guard is for.
#[cfg(feature = "failpoints")]
const COMMIT_UNGUARDED: Sql = Sql {
    postgres: "INSERT INTO requests (account_id, request_id, committed_epoch, aborted_epoch, fingerprint, answer,
            holders, assigner_id, create_time)
        SELECT account_id, request_id, committed_epoch, 0, fingerprint, answer, holders, assigner_id, create_time
        FROM json_to_recordset($1::json) AS r(account_id text, request_id text, committed_epoch bigint,
            fingerprint text, answer text, holders text, assigner_id text, create_time bigint)
        ON CONFLICT (account_id, request_id) DO UPDATE SET committed_epoch = excluded.committed_epoch,
            fingerprint = excluded.fingerprint, answer = excluded.answer, holders = excluded.holders,
            assigner_id = excluded.assigner_id, create_time = excluded.create_time
        WHERE requests.committed_epoch IS NULL",
    sqlite: "INSERT INTO requests (account_id, request_id, committed_epoch, aborted_epoch, fingerprint, answer,
            holders, assigner_id, create_time)
        SELECT value->>'account_id', value->>'request_id', value->>'committed_epoch', 0, value->>'fingerprint',
            value->>'answer', value->>'holders', value->>'assigner_id', value->>'create_time'
        FROM json_each($1) WHERE true
        ON CONFLICT (account_id, request_id) DO UPDATE SET committed_epoch = excluded.committed_epoch,
            fingerprint = excluded.fingerprint, answer = excluded.answer, holders = excluded.holders,
            assigner_id = excluded.assigner_id, create_time = excluded.create_time
        WHERE requests.committed_epoch IS NULL",
};

/// Writes decisions: all of them, or [`Error::Contended`] when one was decided or aborted meanwhile.
pub async fn commit(conn: &impl ConnectionTrait, rows: &[Row], tombstones: bool) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let written = statement(tombstones).execute(conn, vec![json(rows)]).await?;
    if usize::try_from(written) == Ok(rows.len()) {
        Ok(())
    } else {
        Err(Error::Contended)
    }
}

#[cfg(feature = "failpoints")]
const fn statement(tombstones: bool) -> Sql {
    if tombstones { COMMIT } else { COMMIT_UNGUARDED }
}

#[cfg(not(feature = "failpoints"))]
const fn statement(_tombstones: bool) -> Sql {
    COMMIT
}

/// An attempt that was committed stays so; every other one is buried.
const ABORT: Sql = Sql {
    postgres: "INSERT INTO requests (account_id, request_id, aborted_epoch, create_time)
        SELECT account_id, request_id, max(epoch), $2::bigint
        FROM json_to_recordset($1::json) AS r(account_id text, request_id text, epoch bigint)
        GROUP BY account_id, request_id
        ORDER BY account_id, request_id
        ON CONFLICT (account_id, request_id) DO UPDATE
            SET aborted_epoch = greatest(requests.aborted_epoch, excluded.aborted_epoch)
        WHERE requests.committed_epoch IS NULL",
    sqlite: "INSERT INTO requests (account_id, request_id, aborted_epoch, create_time)
        SELECT value->>'account_id', value->>'request_id', max(value->>'epoch'), $2
        FROM json_each($1) WHERE true
        GROUP BY 1, 2
        ON CONFLICT (account_id, request_id) DO UPDATE
            SET aborted_epoch = max(requests.aborted_epoch, excluded.aborted_epoch)
        WHERE requests.committed_epoch IS NULL",
};

/// Makes sure that these attempts, unless they are committed, never will be; says how many requests are not committed.
pub async fn abort(
    conn: &impl ConnectionTrait,
    keys: &[ReservationKey],
    now: Timestamp,
) -> Result<usize, StorageError> {
    if keys.is_empty() {
        return Ok(0);
    }
    let buried = ABORT.execute(conn, vec![json(keys), now.micros().into()]).await?;
    Ok(usize::try_from(buried).unwrap_or(usize::MAX))
}

const FORGET_TEXT: &str = "DELETE FROM requests WHERE create_time < $1";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets what was decided or aborted before a point in time; says how many requests that were.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}

fn read(row: Found) -> Result<Remembered, Error> {
    let account_id = row.account_id.parse().map_err(broken("requests.account_id"))?;
    let committed = match (row.committed_epoch, row.fingerprint, row.answer, row.holders) {
        (Some(epoch), Some(fingerprint), Some(answer), Some(holders)) => Some(Committed {
            epoch,
            fingerprint,
            answer: read_answer(&answer)?,
            holders: serde_json::from_str(&holders).map_err(broken("requests.holders"))?,
            assigner_id: row
                .assigner_id
                .map(|id| id.parse())
                .transpose()
                .map_err(broken("requests.assigner_id"))?,
            create_time: Timestamp::from_micros(row.create_time),
        }),
        _ => None,
    };
    let key = Key {
        account_id,
        request_id: row.request_id,
    };
    Ok(Remembered {
        key,
        aborted_epoch: row.aborted_epoch,
        committed,
    })
}

/// While requests to add users were the only ones, their answers stood bare.
fn read_answer(text: &str) -> Result<Answered, Error> {
    match serde_json::from_str::<admission::Answer>(text) {
        Ok(bare) => Ok(bare.into()),
        Err(_) => serde_json::from_str(text).map_err(broken("requests.answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written_before_there_were_kinds_and_as_it_is_now() {
        let answer = admission::Answer {
            results: vec![],
            seats: vec![admission::SeatCount {
                product: "training".into(),
                requested: 2,
                available: 3,
            }],
        };
        let bare = r#"{"results":[],"seats":[{"product":"training","requested":2,"available":3}]}"#;
        let written = serde_json::to_string(&Answered::from(answer.clone())).unwrap();
        assert_eq!(read_answer(bare).unwrap(), answer.clone().into());
        assert_eq!(read_answer(&written).unwrap(), answer.into());
    }
}
