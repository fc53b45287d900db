//! What users have set for themselves, and what they have set for them.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, json};
use types::{AccountId, Timestamp, UserId};

use super::account_settings::read_locked;
use super::broken;
use crate::domain::effective_settings::Layers;
use crate::domain::error::Error;
use crate::domain::setting::Level;
use crate::domain::settings::Settings;

const FIND_TEXT: &str = "SELECT settings FROM users WHERE id = $1 AND account_id = $2 AND state <> 'DELETED'";
const FIND: Sql = Sql {
    postgres: FIND_TEXT,
    sqlite: FIND_TEXT,
};
const LOCK: Sql = Sql {
    postgres: "SELECT settings FROM users WHERE id = $1 AND account_id = $2 AND state <> 'DELETED' FOR NO KEY UPDATE",
    sqlite: FIND_TEXT,
};

#[derive(FromQueryResult)]
struct Found {
    settings: String,
}

/// What a user of an account has set; none when there is no such user, or they are deleted.
pub async fn find(conn: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<Option<Settings>, Error> {
    read(conn, account, user, FIND).await
}

/// The same, which nobody else changes until the transaction is over.
pub async fn lock(conn: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<Option<Settings>, Error> {
    read(conn, account, user, LOCK).await
}

async fn read(
    conn: &impl ConnectionTrait,
    account: AccountId,
    user: UserId,
    sql: Sql,
) -> Result<Option<Settings>, Error> {
    let values = vec![user.to_string().into(), account.to_string().into()];
    let found: Option<Found> = sql.query_one(conn, values).await?;
    let read = |found: Found| Settings::read(&found.settings, Level::User).map_err(broken("users.settings"));
    found.map(read).transpose()
}

const UPDATE_TEXT: &str = "UPDATE users SET settings = $3, revision = revision + 1, update_time = $4
    WHERE id = $1 AND account_id = $2";
const UPDATE: Sql = Sql {
    postgres: UPDATE_TEXT,
    sqlite: UPDATE_TEXT,
};

/// Writes what a user has set.
pub async fn update(
    conn: &impl ConnectionTrait,
    account: AccountId,
    user: UserId,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), Error> {
    let values = vec![
        user.to_string().into(),
        account.to_string().into(),
        json(settings),
        now.micros().into(),
    ];
    UPDATE.execute(conn, values).await?;
    Ok(())
}

const LAYERS_TEXT: &str = "SELECT a.settings AS account_settings, a.locked_settings, t.settings AS template_settings,
        u.settings AS user_settings
    FROM users u
    JOIN accounts a ON a.id = u.account_id
    LEFT JOIN settings_templates t ON t.id = u.settings_template_id AND t.account_id = u.account_id
    WHERE u.id = $1 AND u.account_id = $2 AND u.state <> 'DELETED'";
const LAYERS: Sql = Sql {
    postgres: LAYERS_TEXT,
    sqlite: LAYERS_TEXT,
};

#[derive(FromQueryResult)]
struct LayersRow {
    account_settings: String,
    locked_settings: String,
    template_settings: Option<String>,
    user_settings: String,
}

/// What is set at every level for a user of an account; none when there is no such user, or they are deleted.
pub async fn layers(conn: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<Option<Layers>, Error> {
    let values = vec![user.to_string().into(), account.to_string().into()];
    let Some(row) = LAYERS.query_one::<LayersRow>(conn, values).await? else {
        return Ok(None);
    };
    let template = row.template_settings.as_deref().unwrap_or("{}");
    Ok(Some(Layers {
        account: Settings::read(&row.account_settings, Level::Account).map_err(broken("accounts.settings"))?,
        locked: read_locked(&row.locked_settings)?,
        template: Settings::read(template, Level::Template).map_err(broken("settings_templates.settings"))?,
        user: Settings::read(&row.user_settings, Level::User).map_err(broken("users.settings"))?,
    }))
}
