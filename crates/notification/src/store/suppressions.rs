//! The table `suppressions`: addresses that take no mail, by their canonical form.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use storage::{Sql, StorageError, json};
use types::{Email, Timestamp};

use crate::domain::Suppression;

/// The first reason stays with its time, unless the address was taken off since.
const INSERT: Sql = Sql {
    postgres: "
        INSERT INTO suppressions (address, reason, mail_id, create_time)
        SELECT address, reason, mail_id, create_time
        FROM json_to_recordset($1::json) AS r(address text, reason text, mail_id text, create_time bigint)
        ORDER BY address
        ON CONFLICT (address) DO NOTHING",
    sqlite: "
        INSERT INTO suppressions (address, reason, mail_id, create_time)
        SELECT value->>'address', value->>'reason', value->>'mail_id', value->>'create_time'
        FROM json_each($1) WHERE true
        ON CONFLICT (address) DO NOTHING",
};

const DELETE: Sql = Sql {
    postgres: "DELETE FROM suppressions WHERE address = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "DELETE FROM suppressions WHERE address IN (SELECT value FROM json_each($1))",
};

const FIND: &str = "SELECT reason, mail_id, create_time FROM suppressions WHERE address = $1";

#[derive(FromQueryResult)]
struct Row {
    reason: String,
    mail_id: String,
    create_time: i64,
}

/// Puts addresses on the list; those that are there stay as they are.
pub(crate) async fn insert(conn: &impl ConnectionTrait, suppressions: &[Suppression]) -> Result<(), StorageError> {
    if !suppressions.is_empty() {
        INSERT.execute(conn, vec![json(suppressions)]).await?;
    }
    Ok(())
}

/// Takes addresses off the list; answers how many were on it.
pub(crate) async fn delete(conn: &impl ConnectionTrait, addresses: &[&str]) -> Result<u64, StorageError> {
    if addresses.is_empty() {
        return Ok(0);
    }
    DELETE.execute(conn, vec![json(addresses)]).await
}

/// Why an address takes no mail, if it is on the list.
pub(crate) async fn find(conn: &impl ConnectionTrait, email: &Email) -> Result<Option<Suppression>, StorageError> {
    let find = Sql {
        postgres: FIND,
        sqlite: FIND,
    };
    let row: Option<Row> = find.query_one(conn, vec![Value::from(email.canonical())]).await?;
    row.map(|row| {
        let unreadable = |error| super::unreadable("suppressions.mail_id", error);
        Ok(Suppression {
            address: email.canonical().to_owned(),
            reason: row.reason,
            mail_id: row.mail_id.parse().map_err(unreadable)?,
            create_time: Timestamp::from_micros(row.create_time),
        })
    })
    .transpose()
}
