//! The mails in the table `mails` that wait to be sent.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::Timestamp;

use crate::domain::Waiting;

/// Reads an index of what waits, however many mails were sent.
const COUNT: &str = "
    SELECT steps_aside, count(*) AS mails, min(create_time) AS oldest
    FROM mails WHERE next_attempt_time IS NOT NULL GROUP BY steps_aside";

#[derive(FromQueryResult)]
struct Row {
    steps_aside: bool,
    mails: i64,
    oldest: i64,
}

/// Counts them: those that have no trouble of their own, then those that have.
pub(crate) async fn count(conn: &impl ConnectionTrait, now: Timestamp) -> Result<[Waiting; 2], StorageError> {
    let count = Sql {
        postgres: COUNT,
        sqlite: COUNT,
    };
    let rows: Vec<Row> = count.query(conn, Vec::new()).await?;
    let mut waiting = [Waiting::default(); 2];
    for row in rows {
        waiting[usize::from(row.steps_aside)] = Waiting {
            mails: row.mails.unsigned_abs(),
            oldest: now.since(Timestamp::from_micros(row.oldest)),
        };
    }
    Ok(waiting)
}
