//! Users.

mod change;
mod life;
mod list;
mod purge;
mod transfer;

pub use change::change;
pub use life::{Ending, bring_back, end};
pub use list::list;
pub use purge::purge;
pub use transfer::{has_own_settings, super_admins, transfer};

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Select};
use serde::Serialize;
use storage::{Sql, StorageError, json, one_of};
use types::{AccountId, GroupId, Permissions, Role, RoleId, SessionId, TemplateId, Timestamp, UserId};

use super::entity::user;
use super::roles::read_permissions;
use super::{broken, exclusive, optional, roles};
use crate::domain::error::Error;
use crate::domain::user::{Credentials, Standing, User, UserState};

/// An address belongs to one user who is not deleted.
const EMAIL_KEY: &str = "users_email_key";

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
    /// [`crate::domain::user::name_keys`].
    pub given_key: String,
    /// The same.
    pub sort_key: String,
    /// Role.
    pub role: Role,
    /// The account's own role, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// State.
    pub state: UserState,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub time_zone: String,
    /// Group.
    pub group_id: Option<GroupId>,
    /// Settings template.
    pub settings_template_id: Option<TemplateId>,
    /// Products to hold a seat of, as JSON.
    pub products: String,
    /// PHC string; none before the invitation is accepted.
    pub password_hash: Option<String>,
    /// The version of what they hold in licensing.
    pub seat_version: i64,
    /// When they were added.
    pub create_time: Timestamp,
}

/// Sorted by address, so that two batches with the same addresses wait for one another instead of for each other.
const INSERT: Sql = Sql {
    postgres: "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role,
            custom_role_id, state, language, time_zone, group_id, settings_template_id, settings, products,
            password_hash, seat_version, revision, create_time, update_time)
        SELECT id, account_id, email, address, given_name, family_name, given_key, sort_key, role, custom_role_id, state,
            language, time_zone, group_id, settings_template_id, '{}', products, password_hash, seat_version, 1,
            create_time, create_time
        FROM json_to_recordset($1::json) AS r(id text, account_id text, email text, address text, given_name text,
            family_name text, given_key text, sort_key text, role text, custom_role_id text, state text, language text,
            time_zone text, group_id text, settings_template_id text, products text, password_hash text,
            seat_version bigint, create_time bigint)
        ORDER BY email",
    sqlite: "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role,
            custom_role_id, state, language, time_zone, group_id, settings_template_id, settings, products,
            password_hash, seat_version, revision, create_time, update_time)
        SELECT value->>'id', value->>'account_id', value->>'email', value->>'address', value->>'given_name',
            value->>'family_name', value->>'given_key', value->>'sort_key', value->>'role', value->>'custom_role_id',
            value->>'state', value->>'language', value->>'time_zone', value->>'group_id',
            value->>'settings_template_id', '{}', value->>'products', value->>'password_hash',
            value->>'seat_version', 1, value->>'create_time', value->>'create_time'
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
        JOIN users u ON u.email = a.email AND u.state <> 'DELETED'",
    sqlite: "SELECT u.email, u.id, u.account_id FROM json_each($1) AS a
        JOIN users u ON u.email = a.value AND u.state <> 'DELETED'",
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
    Ok(read_all(conn, row.into_iter().collect()).await?.pop())
}

/// These users, as far as they are the account's.
pub async fn of_account(conn: &impl ConnectionTrait, account: AccountId, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let rows = among(conn, account, ids).all(conn).await.map_err(StorageError::from)?;
    read_all(conn, rows).await
}

fn among(conn: &impl ConnectionTrait, account: AccountId, ids: &[UserId]) -> Select<user::Entity> {
    user::Entity::find()
        .filter(one_of(conn.get_database_backend(), user::Column::Id, ids))
        .filter(user::Column::AccountId.eq(account.to_string()))
}

/// Users of an account whom nobody else changes until the transaction is over, in the order of their ids; after
/// [`super::accounts::lock`].
pub async fn lock(conn: &impl ConnectionTrait, account: AccountId, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let query = among(conn, account, ids).order_by_asc(user::Column::Id);
    let rows = exclusive(query, conn).all(conn).await.map_err(StorageError::from)?;
    read_all(conn, rows).await
}

/// These users, of whatever account: for the names of those who invite.
pub async fn by_ids(conn: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let rows = user::Entity::find()
        .filter(one_of(conn.get_database_backend(), user::Column::Id, ids))
        .all(conn)
        .await
        .map_err(StorageError::from)?;
    read_all(conn, rows).await
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

const STANDING_TEXT: &str = "SELECT u.account_id, u.role, a.billing_contact_id, r.permissions
    FROM users u
    JOIN accounts a ON a.id = u.account_id
    JOIN sessions s ON s.user_id = u.id
    LEFT JOIN roles r ON r.id = u.custom_role_id
    WHERE u.id = $1 AND s.id = $2 AND u.state = 'ACTIVE' AND a.state = 'ACTIVE' AND s.end_time IS NULL
        AND s.account_id = u.account_id";
const STANDING: Sql = Sql {
    postgres: STANDING_TEXT,
    sqlite: STANDING_TEXT,
};

#[derive(FromQueryResult)]
struct StandingRow {
    account_id: String,
    role: String,
    billing_contact_id: String,
    permissions: Option<String>,
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
    let role = row.role.parse().map_err(broken("users.role"))?;
    let billing_contact = row.billing_contact_id == user.to_string();
    let permissions = match &row.permissions {
        Some(own) => read_permissions(own)?,
        None => Permissions::of(role, billing_contact),
    };
    Ok(Some(Standing {
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        role,
        billing_contact,
        permissions,
    }))
}

/// Lets an invited user in, with the hash of the password they chose. False when they are not invited any more.
pub async fn activate(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: UserId,
    password_hash: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let update = user::Entity::update_many()
        .col_expr(user::Column::State, Expr::value(UserState::Active.as_str()))
        .col_expr(user::Column::PasswordHash, Expr::value(password_hash))
        .col_expr(user::Column::Revision, Expr::col(user::Column::Revision).add(1))
        .col_expr(user::Column::UpdateTime, Expr::value(now.micros()))
        .filter(user::Column::Id.eq(id.to_string()))
        .filter(user::Column::AccountId.eq(account.to_string()))
        .filter(user::Column::State.eq(UserState::Invited.as_str()));
    Ok(update.exec(conn).await?.rows_affected == 1)
}

/// Users with what their roles grant.
async fn read_all(conn: &impl ConnectionTrait, rows: Vec<user::Model>) -> Result<Vec<User>, Error> {
    let ids: BTreeSet<String> = rows.iter().filter_map(|row| row.custom_role_id.clone()).collect();
    let roles = if ids.is_empty() {
        HashMap::new()
    } else {
        roles::permissions(conn, &ids).await?
    };
    rows.into_iter().map(|row| read(row, &roles)).collect()
}

fn read(row: user::Model, roles: &HashMap<RoleId, Permissions>) -> Result<User, Error> {
    let role: Role = row.role.parse().map_err(broken("users.role"))?;
    let custom_role_id = optional(row.custom_role_id, "users.custom_role_id")?;
    let permissions = match custom_role_id {
        Some(id) => roles.get(&id).copied().unwrap_or_default(),
        None => Permissions::of(role, false),
    };
    Ok(User {
        custom_role_id,
        permissions,
        former_state: optional(row.former_state, "users.former_state")?,
        group_id: optional(row.group_id, "users.group_id")?,
        settings_template_id: optional(row.settings_template_id, "users.settings_template_id")?,
        products: serde_json::from_str(&row.products).map_err(broken("users.products"))?,
        seat_version: row.seat_version,
        revision: row.revision,
        update_time: Timestamp::from_micros(row.update_time),
        delete_time: row.delete_time.map(Timestamp::from_micros),
        purge_time: None,
        id: row.id.parse().map_err(broken("users.id"))?,
        account_id: row.account_id.parse().map_err(broken("users.account_id"))?,
        address: row.address,
        given_name: row.given_name,
        family_name: row.family_name,
        role,
        state: row.state.parse().map_err(broken("users.state"))?,
        language: row.language,
        time_zone: row.time_zone,
        billing_contact: false,
        invitation: None,
        create_time: Timestamp::from_micros(row.create_time),
    })
}
