//! Sign-ups. Of a link, its SHA-256 only.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{Email, Language, Name, SignUpId, TimeZone, Timestamp};

use super::broken;
use crate::domain::error::Error;
use crate::domain::sign_up::{SignUp, SignUpWish};

const INSERT_TEXT: &str = "INSERT INTO sign_ups (id, request_key, token_hash, address, given_name, family_name,
        account_name, language, time_zone, create_time, expire_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (request_key) DO NOTHING";
const INSERT: Sql = Sql {
    postgres: INSERT_TEXT,
    sqlite: INSERT_TEXT,
};

/// Adds a sign-up; false when the same request has been made before.
pub async fn insert(
    conn: &impl ConnectionTrait,
    sign_up: &SignUp,
    request_key: &str,
    token_hash: &str,
) -> Result<bool, StorageError> {
    let wish = &sign_up.wish;
    let values = vec![
        sign_up.id.to_string().into(),
        request_key.into(),
        token_hash.into(),
        wish.email.address().into(),
        wish.given_name.to_string().into(),
        wish.family_name.to_string().into(),
        wish.account_name.to_string().into(),
        wish.language.to_string().into(),
        wish.time_zone.to_string().into(),
        sign_up.create_time.micros().into(),
        sign_up.expire_time.micros().into(),
    ];
    Ok(INSERT.execute(conn, values).await? == 1)
}

const FIND_TEXT: &str = "SELECT id, address, given_name, family_name, account_name, language, time_zone, create_time,
        expire_time, complete_time
    FROM sign_ups WHERE token_hash = $1";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    id: String,
    address: String,
    given_name: String,
    family_name: String,
    account_name: String,
    language: String,
    time_zone: String,
    create_time: i64,
    expire_time: i64,
    complete_time: Option<i64>,
}

/// The sign-up whose link has this hash.
pub async fn by_token_hash(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<SignUp>, Error> {
    let row = FIND.query_one(conn, vec![hash.into()]).await?;
    row.map(read).transpose()
}

const COMPLETE_TEXT: &str = "UPDATE sign_ups SET complete_time = $2
    WHERE id = $1 AND complete_time IS NULL AND expire_time > $2";
const COMPLETE: Sql = Sql {
    postgres: COMPLETE_TEXT,
    sqlite: COMPLETE_TEXT,
};

/// Uses a sign-up's link. False when it was used before, or works no longer.
pub async fn complete(conn: &impl ConnectionTrait, id: SignUpId, now: Timestamp) -> Result<bool, StorageError> {
    let values = vec![id.to_string().into(), now.micros().into()];
    Ok(COMPLETE.execute(conn, values).await? == 1)
}

const FORGET_TEXT: &str = "DELETE FROM sign_ups WHERE expire_time < $1";
const FORGET: Sql = Sql {
    postgres: FORGET_TEXT,
    sqlite: FORGET_TEXT,
};

/// Forgets the sign-ups that expired before a point in time; says how many they were.
pub async fn forget(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64, StorageError> {
    FORGET.execute(conn, vec![before.micros().into()]).await
}

fn read(row: Row) -> Result<SignUp, Error> {
    let name = |text: &str, column| Name::parse(text).map_err(broken(column));
    Ok(SignUp {
        id: row.id.parse().map_err(broken("sign_ups.id"))?,
        wish: SignUpWish {
            email: Email::parse(&row.address).map_err(broken("sign_ups.address"))?,
            given_name: name(&row.given_name, "sign_ups.given_name")?,
            family_name: name(&row.family_name, "sign_ups.family_name")?,
            account_name: name(&row.account_name, "sign_ups.account_name")?,
            language: Language::parse(&row.language).map_err(broken("sign_ups.language"))?,
            time_zone: TimeZone::parse(&row.time_zone).map_err(broken("sign_ups.time_zone"))?,
        },
        create_time: Timestamp::from_micros(row.create_time),
        expire_time: Timestamp::from_micros(row.expire_time),
        complete_time: row.complete_time.map(Timestamp::from_micros),
    })
}
