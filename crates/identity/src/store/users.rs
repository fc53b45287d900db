//! Users.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, SessionId, Timestamp, UserId};

use super::broken;
use super::entity::user;
use crate::domain::error::Error;
use crate::domain::user::{Credentials, Standing, User, UserState};

/// A user to insert.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The user's id.
    pub id: UserId,
    /// The account they belong to.
    pub account_id: AccountId,
    /// Canonical.
    pub email: String,
    /// As it was typed.
    pub address: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Role.
    pub role: types::Role,
    /// State.
    pub state: UserState,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub time_zone: String,
    /// PHC string; none before the invitation is accepted.
    pub password_hash: Option<String>,
    /// The version of what they hold in licensing.
    pub seat_version: i64,
    /// When they were added.
    pub create_time: Timestamp,
}

/// Sorted by address, so that two batches with the same addresses wait for one another instead of for each other.
const INSERT: Sql = Sql {
    postgres: "INSERT INTO users (id, account_id, email, address, given_name, family_name, role, state, language,
            time_zone, password_hash, seat_version, create_time)
        SELECT id, account_id, email, address, given_name, family_name, role, state, language, time_zone,
            password_hash, seat_version, create_time
        FROM json_to_recordset($1::json) AS r(id text, account_id text, email text, address text, given_name text,
            family_name text, role text, state text, language text, time_zone text, password_hash text,
            seat_version bigint, create_time bigint)
        ORDER BY email",
    sqlite: "INSERT INTO users (id, account_id, email, address, given_name, family_name, role, state, language,
            time_zone, password_hash, seat_version, create_time)
        SELECT value->>'id', value->>'account_id', value->>'email', value->>'address', value->>'given_name',
            value->>'family_name', value->>'role', value->>'state', value->>'language', value->>'time_zone',
            value->>'password_hash', value->>'seat_version', value->>'create_time'
        FROM json_each($1)",
};

/// Adds users; a taken address is a constraint violation.
pub async fn insert(conn: &impl ConnectionTrait, rows: &[Row]) -> Result<(), StorageError> {
    if !rows.is_empty() {
        INSERT.execute(conn, vec![json(rows)]).await?;
    }
    Ok(())
}

const KNOWN: Sql = Sql {
    postgres: "SELECT u.email, u.id, u.account_id FROM json_array_elements_text($1::json) AS a(email)
        JOIN users u ON u.email = a.email",
    sqlite: "SELECT u.email, u.id, u.account_id FROM json_each($1) AS a JOIN users u ON u.email = a.value",
};

#[derive(FromQueryResult)]
struct KnownRow {
    email: String,
    id: String,
    account_id: String,
}

/// Which of these canonical addresses belong to users, of whatever account.
pub async fn by_addresses(
    conn: &impl ConnectionTrait,
    addresses: &[String],
) -> Result<Vec<(String, UserId, AccountId)>, Error> {
    let rows: Vec<KnownRow> = KNOWN.query(conn, vec![json(addresses)]).await?;
    let read = |row: KnownRow| {
        let id = row.id.parse().map_err(broken("users.id"))?;
        Ok((
            row.email,
            id,
            row.account_id.parse().map_err(broken("users.account_id"))?,
        ))
    };
    rows.into_iter().map(read).collect()
}

/// One user of an account.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, id: UserId) -> Result<Option<User>, Error> {
    let query = user::Entity::find_by_id(id.to_string()).filter(user::Column::AccountId.eq(account.to_string()));
    let row = query.one(conn).await.map_err(StorageError::from)?;
    row.map(read).transpose()
}

/// Users of an account after a given one, by age.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<User>, Error> {
    let mut query = user::Entity::find().filter(user::Column::AccountId.eq(account.to_string()));
    if let Some(after) = after {
        query = query.filter(user::Column::Id.gt(after.to_string()));
    }
    let rows = query
        .order_by_asc(user::Column::Id)
        .limit(limit)
        .all(conn)
        .await
        .map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

/// These users, of whatever account: for the names of those who invite.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let ids = ids.iter().map(ToString::to_string);
    let rows = user::Entity::find()
        .filter(user::Column::Id.is_in(ids))
        .all(conn)
        .await
        .map_err(StorageError::from)?;
    rows.into_iter().map(read).collect()
}

/// The password hash of whoever can log in with this canonical address.
pub async fn credentials(conn: &impl ConnectionTrait, email: &str) -> Result<Option<Credentials>, Error> {
    let query = user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .filter(user::Column::State.eq(UserState::Active.as_str()));
    let Some(row) = query.one(conn).await.map_err(StorageError::from)? else {
        return Ok(None);
    };
    let Some(password_hash) = row.password_hash else {
        return Ok(None);
    };
    Ok(Some(Credentials {
        user_id: row.id.parse().map_err(broken("users.id"))?,
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        password_hash,
    }))
}

const STANDING_TEXT: &str = "SELECT u.account_id, u.role, a.billing_contact_id
    FROM users u
    JOIN accounts a ON a.id = u.account_id
    JOIN sessions s ON s.user_id = u.id
    WHERE u.id = $1 AND s.id = $2 AND u.state = 'ACTIVE' AND s.end_time IS NULL AND s.account_id = u.account_id";
const STANDING: Sql = Sql {
    postgres: STANDING_TEXT,
    sqlite: STANDING_TEXT,
};

#[derive(FromQueryResult)]
struct StandingRow {
    account_id: String,
    role: String,
    billing_contact_id: String,
}

/// What a user may do at present; none when the user is not active or the session is over.
pub async fn standing(
    conn: &impl ConnectionTrait,
    user: UserId,
    session: SessionId,
) -> Result<Option<Standing>, Error> {
    let values = vec![user.to_string().into(), session.to_string().into()];
    let Some(row) = STANDING.query_one::<StandingRow>(conn, values).await? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        role: row.role.parse().map_err(broken("users.role"))?,
        billing_contact: row.billing_contact_id == user.to_string(),
    }))
}

/// Lets an invited user in, with the hash of the password they chose. False when they are not invited any more.
pub async fn activate(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: UserId,
    password_hash: &str,
) -> Result<bool, StorageError> {
    let update = user::Entity::update_many()
        .col_expr(user::Column::State, Expr::value(UserState::Active.as_str()))
        .col_expr(user::Column::PasswordHash, Expr::value(password_hash))
        .filter(user::Column::Id.eq(id.to_string()))
        .filter(user::Column::AccountId.eq(account.to_string()))
        .filter(user::Column::State.eq(UserState::Invited.as_str()));
    Ok(update.exec(conn).await?.rows_affected == 1)
}

fn read(row: user::Model) -> Result<User, Error> {
    Ok(User {
        id: row.id.parse().map_err(broken("users.id"))?,
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        address: row.address,
        given_name: row.given_name,
        family_name: row.family_name,
        role: row.role.parse().map_err(broken("users.role"))?,
        state: row.state.parse().map_err(broken("users.state"))?,
        language: row.language,
        time_zone: row.time_zone,
        billing_contact: false,
        invitation: None,
        create_time: Timestamp::from_micros(row.create_time),
    })
}
