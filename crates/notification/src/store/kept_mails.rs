//! The table `kept_mails`: what was in the mails of a sandbox.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, MailId, Timestamp};

use super::mails::queued;
use super::{deliveries, unreadable};
use crate::domain::{KeptMail, Kind, Letter, Wanted};

const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO kept_mails (id, recipient, subject, text, html)
        SELECT id, recipient, subject, text, html
        FROM json_to_recordset($1::json) AS r(id text, recipient text, subject text, text text, html text)
        ON CONFLICT (id) DO NOTHING",
    sqlite: "
        INSERT INTO kept_mails (id, recipient, subject, text, html)
        SELECT value->>'id', value->>'recipient', value->>'subject', value->>'text', value->>'html'
        FROM json_each($1) WHERE true
        ON CONFLICT (id) DO NOTHING",
};

const FIND_TEXT: &str = "
    SELECT kept.id, kept.subject, kept.text, kept.html FROM kept_mails AS kept JOIN mails ON mails.id = kept.id
    WHERE kept.recipient = $1 AND kept.id > $2 AND mails.account_id IN ($3, '') AND (mails.kind = $4 OR $4 = '')
    ORDER BY kept.id DESC LIMIT 1";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

const PURGE_TEXT: &str =
    "DELETE FROM kept_mails WHERE id IN (SELECT id FROM kept_mails WHERE id < $1 ORDER BY id LIMIT $2)";
const PURGE: Sql = Sql {
    postgres: PURGE_TEXT,
    sqlite: PURGE_TEXT,
};

#[derive(Serialize)]
struct Row<'a> {
    id: MailId,
    recipient: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

#[derive(FromQueryResult)]
struct Found {
    id: String,
    subject: String,
    text: String,
    html: String,
}

/// Keeps what is in these letters.
pub(crate) async fn insert(conn: &impl ConnectionTrait, letters: &[&Letter]) -> Result<(), StorageError> {
    if letters.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = letters.iter().copied().map(write).collect();
    INSERT.execute(conn, vec![json(&rows)]).await.map(drop)
}

/// Forgets up to `most` mails that were queued before `before`.
pub(crate) async fn purge(conn: &impl ConnectionTrait, before: Timestamp, most: u32) -> Result<u64, StorageError> {
    PURGE.execute(conn, vec![queued(before).into(), most.into()]).await
}

fn write(letter: &Letter) -> Row<'_> {
    Row {
        id: letter.id,
        recipient: letter.to.canonical(),
        subject: &letter.subject,
        text: &letter.text,
        html: &letter.html,
    }
}

/// The latest mail that is `wanted`, of this account or of none.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    wanted: &Wanted,
) -> Result<Option<KeptMail>, StorageError> {
    let values = vec![
        Value::from(wanted.recipient.canonical()),
        Value::from(wanted.after.map(|id| id.to_string()).unwrap_or_default()),
        Value::from(account.to_string()),
        Value::from(wanted.kind.map(Kind::as_str).unwrap_or_default()),
    ];
    let Some(found) = FIND.query_one::<Found>(conn, values).await? else {
        return Ok(None);
    };
    let id = found.id.parse().map_err(|error| unreadable("kept_mails.id", error))?;
    let delivery = deliveries::by_id(conn, id).await?;
    Ok(delivery.map(|delivery| KeptMail {
        delivery,
        subject: found.subject,
        text: found.text,
        html: found.html,
    }))
}
