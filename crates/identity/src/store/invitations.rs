//! Invitations.

mod answer;
mod end;
mod expire;
mod list;

pub use answer::answer;
pub use end::{Ended, end_of_users};
pub use expire::{Expired, expire, overdue};
pub use list::list;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use serde::Serialize;
use storage::{Sql, StorageError, json};
use types::{AccountId, EmailTemplateId, GroupId, InvitationId, RoleId, TemplateId, Timestamp, UserId};

use super::entity::invitation;
use super::{broken, optional};
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState, Kind};

/// An invitation to insert.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub id: InvitationId,
    /// The account that invites.
    pub account_id: AccountId,
    /// The user it is for.
    pub user_id: UserId,
    /// What accepting does.
    pub kind: Kind,
    /// Its state.
    pub state: InvitationState,
    /// Canonical.
    pub email: String,
    /// As it was typed.
    pub address: String,
    /// The role it promises.
    pub role: types::Role,
    /// The account's own role it promises, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// The group it promises.
    pub group_id: Option<GroupId>,
    /// The settings template it promises.
    pub settings_template_id: Option<TemplateId>,
    /// How many e-mails were sent about it.
    pub send_count: u32,
    /// When the last of them was.
    pub last_send_time: Option<Timestamp>,
    /// The welcome e-mail that was chosen; none for the default.
    pub welcome_email_id: Option<EmailTemplateId>,
    /// The language it promises.
    pub language: String,
    /// The time zone it promises.
    pub time_zone: String,
    /// The products it promises, as JSON.
    pub products: String,
    /// Which of its links works.
    pub generation: u32,
    /// SHA-256 of that link's token.
    pub token_hash: String,
    /// Who invited.
    pub inviter_id: UserId,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it stops being acceptable.
    pub expire_time: Timestamp,
}

const INSERT: Sql = Sql {
    postgres: "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language,
            time_zone, products, generation, token_hash, inviter_id, create_time, expire_time, custom_role_id, group_id,
            settings_template_id, send_count, last_send_time, welcome_email_id)
        SELECT id, account_id, user_id, kind, state, email, address, role, language, time_zone, products,
            generation, token_hash, inviter_id, create_time, expire_time, custom_role_id, group_id,
            settings_template_id, send_count, last_send_time, welcome_email_id
        FROM json_to_recordset($1::json) AS r(id text, account_id text, user_id text, kind text, state text,
            email text, address text, role text, language text, time_zone text, products text, generation bigint,
            token_hash text, inviter_id text, create_time bigint, expire_time bigint,
            custom_role_id text, group_id text, settings_template_id text, send_count bigint, last_send_time bigint,
            welcome_email_id text)
        ORDER BY account_id, email",
    sqlite: "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language,
            time_zone, products, generation, token_hash, inviter_id, create_time, expire_time, custom_role_id, group_id,
            settings_template_id, send_count, last_send_time, welcome_email_id)
        SELECT value->>'id', value->>'account_id', value->>'user_id', value->>'kind', value->>'state',
            value->>'email', value->>'address', value->>'role', value->>'language', value->>'time_zone',
            value->>'products', value->>'generation', value->>'token_hash', value->>'inviter_id',
            value->>'create_time', value->>'expire_time', value->>'custom_role_id', value->>'group_id',
            value->>'settings_template_id', value->>'send_count', value->>'last_send_time',
            value->>'welcome_email_id'
        FROM json_each($1)",
};

/// Adds invitations; a second pending one for the same person and account is a constraint violation.
pub async fn insert(conn: &impl ConnectionTrait, rows: &[Row]) -> Result<(), StorageError> {
    if !rows.is_empty() {
        INSERT.execute(conn, vec![json(rows)]).await?;
    }
    Ok(())
}

const PENDING: Sql = Sql {
    postgres: "SELECT i.account_id, i.email
        FROM json_to_recordset($1::json) AS k(account_id text, email text)
        JOIN invitations i ON i.account_id = k.account_id AND i.email = k.email AND i.state = 'PENDING'",
    sqlite: "SELECT i.account_id, i.email
        FROM json_each($1) AS k
        JOIN invitations i ON i.account_id = k.value->>'account_id' AND i.email = k.value->>'email'
            AND i.state = 'PENDING'",
};

/// An account and a canonical address.
#[derive(Clone, Debug, Serialize)]
pub struct Invitee {
    /// The account that invites.
    pub account_id: AccountId,
    /// Canonical.
    pub email: String,
}

#[derive(FromQueryResult)]
struct PendingRow {
    account_id: String,
    email: String,
}

/// Which of these have a pending invitation.
pub async fn pending(conn: &impl ConnectionTrait, keys: &[Invitee]) -> Result<Vec<Invitee>, Error> {
    let rows: Vec<PendingRow> = PENDING.query(conn, vec![json(keys)]).await?;
    let read = |row: PendingRow| {
        let account_id = row.account_id.parse().map_err(broken("invitations.account_id"))?;
        Ok(Invitee {
            account_id,
            email: row.email,
        })
    };
    rows.into_iter().map(read).collect()
}

/// One invitation, of whatever account: only for those who hold its token.
pub async fn by_id(conn: &impl ConnectionTrait, id: InvitationId) -> Result<Option<(Invitation, String)>, Error> {
    let row = invitation::Entity::find_by_id(id.to_string())
        .one(conn)
        .await
        .map_err(StorageError::from)?;
    row.map(|row| {
        let hash = row.token_hash.clone();
        Ok((read(row)?, hash))
    })
    .transpose()
}

/// From each user to their invitations, whatever else: either database would rather read every invitation of the account,
/// or of all, for each of the users, and is kept from it by the subquery and by the expression around the column.
const OF_USERS: Sql = Sql {
    postgres: "SELECT i.* FROM json_array_elements_text($1::json) AS u(id)
        CROSS JOIN LATERAL (
            SELECT * FROM invitations WHERE user_id = u.id AND account_id || '' = $2 OFFSET 0) AS i
        ORDER BY i.id",
    sqlite: "SELECT i.* FROM json_each($1) AS u CROSS JOIN invitations i ON i.user_id = u.value
        WHERE +i.account_id = $2
        ORDER BY i.id",
};

/// The invitations by which these users of an account joined, or are to join, the last of each user last.
pub async fn of_users(
    conn: &impl ConnectionTrait,
    account: AccountId,
    users: &[UserId],
) -> Result<Vec<Invitation>, Error> {
    let values = vec![json(users), account.to_string().into()];
    let rows: Vec<invitation::Model> = OF_USERS.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

/// One invitation of an account.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: InvitationId,
) -> Result<Option<Invitation>, Error> {
    let query =
        invitation::Entity::find_by_id(id.to_string()).filter(invitation::Column::AccountId.eq(account.to_string()));
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

fn read(row: invitation::Model) -> Result<Invitation, Error> {
    Ok(Invitation {
        id: row.id.parse().map_err(broken("invitations.id"))?,
        account_id: row.account_id.parse().map_err(broken("invitations.account_id"))?,
        user_id: row.user_id.parse().map_err(broken("invitations.user_id"))?,
        kind: row.kind.parse().map_err(broken("invitations.kind"))?,
        state: row.state.parse().map_err(broken("invitations.state"))?,
        address: row.address,
        generation: u32::try_from(row.generation).map_err(broken("invitations.generation"))?,
        products: serde_json::from_str(&row.products).map_err(broken("invitations.products"))?,
        email: row.email,
        role: row.role.parse().map_err(broken("invitations.role"))?,
        custom_role_id: optional(row.custom_role_id, "invitations.custom_role_id")?,
        group_id: optional(row.group_id, "invitations.group_id")?,
        settings_template_id: optional(row.settings_template_id, "invitations.settings_template_id")?,
        welcome_email_id: optional(row.welcome_email_id, "invitations.welcome_email_id")?,
        language: row.language,
        time_zone: row.time_zone,
        seat_version: row.seat_version,
        send_count: u32::try_from(row.send_count).map_err(broken("invitations.send_count"))?,
        last_send_time: row.last_send_time.map(Timestamp::from_micros),
        answer_time: row.answer_time.map(Timestamp::from_micros),
        inviter_id: row.inviter_id.parse().map_err(broken("invitations.inviter_id"))?,
        create_time: Timestamp::from_micros(row.create_time),
        expire_time: Timestamp::from_micros(row.expire_time),
    })
}
