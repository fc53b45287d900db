//! Settings templates.

use std::collections::HashSet;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
};
use storage::{Sql, StorageError, json};
use types::{AccountId, TemplateId, Timestamp};

use super::entity::settings_template;
use super::{broken, exclusive};
use crate::domain::error::Error;
use crate::domain::name_key::name_key;
use crate::domain::setting::Level;
use crate::domain::settings::Settings;
use crate::domain::settings_template::SettingsTemplate;

/// Adds a template.
///
/// # Errors
/// [`Error::TemplateExists`] when another one of the account has the name.
pub async fn insert(conn: &impl ConnectionTrait, template: &SettingsTemplate) -> Result<(), Error> {
    let insert = settings_template::Entity::insert(write(template)?);
    insert.exec_without_returning(conn).await.map(drop).map_err(refused)
}

/// Writes a template's name, description, settings and revision.
///
/// # Errors
/// As [`insert`].
pub async fn update(conn: &impl ConnectionTrait, template: &SettingsTemplate) -> Result<(), Error> {
    let update = settings_template::Entity::update_many()
        .set(write(template)?)
        .filter(settings_template::Column::Id.eq(template.id.to_string()))
        .filter(settings_template::Column::AccountId.eq(template.account_id.to_string()));
    update.exec(conn).await.map(drop).map_err(refused)
}

/// Removes a template that nobody has any more.
pub async fn delete(conn: &impl ConnectionTrait, account: AccountId, id: TemplateId) -> Result<(), StorageError> {
    let delete = settings_template::Entity::delete_many()
        .filter(settings_template::Column::Id.eq(id.to_string()))
        .filter(settings_template::Column::AccountId.eq(account.to_string()));
    delete.exec(conn).await?;
    Ok(())
}

/// One template of an account, its users not counted.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: TemplateId,
) -> Result<Option<SettingsTemplate>, Error> {
    let query = settings_template::Entity::find_by_id(id.to_string())
        .filter(settings_template::Column::AccountId.eq(account.to_string()));
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

/// The same, which nobody else changes or gives to anybody until the transaction is over.
pub async fn lock(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: TemplateId,
) -> Result<Option<SettingsTemplate>, Error> {
    let query = settings_template::Entity::find_by_id(id.to_string())
        .filter(settings_template::Column::AccountId.eq(account.to_string()));
    let row = exclusive(query, conn).one(conn).await;
    row.map_err(StorageError::from)?.map(read).transpose()
}

/// How many templates an account has.
pub async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64, StorageError> {
    let query = settings_template::Entity::find().filter(settings_template::Column::AccountId.eq(account.to_string()));
    Ok(query.count(conn).await?)
}

const LIST: Sql = Sql {
    postgres: "SELECT * FROM settings_templates WHERE account_id = $1 AND name_key COLLATE \"C\" > $2
        ORDER BY name_key COLLATE \"C\" LIMIT $3",
    sqlite: "SELECT * FROM settings_templates WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3",
};

/// Templates of an account whose names' keys are after `after`, by name; their users not counted.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<SettingsTemplate>, Error> {
    let values = vec![account.to_string().into(), after.into(), limit.into()];
    let rows: Vec<settings_template::Model> = LIST.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

const AMONG: Sql = Sql {
    postgres: "SELECT account_id, id FROM settings_templates
        WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "SELECT account_id, id FROM settings_templates WHERE id IN (SELECT value FROM json_each($1))",
};

/// In one order, so that two transactions wait for one another instead of for each other.
const HOLD: Sql = Sql {
    postgres: "SELECT account_id, id FROM settings_templates
        WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json))) ORDER BY id FOR KEY SHARE",
    sqlite: AMONG.sqlite,
};

#[derive(FromQueryResult)]
struct OwnedRow {
    account_id: String,
    id: String,
}

/// Which of these there are, each with the account that it belongs to.
pub async fn among(conn: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    owned(conn, ids, AMONG).await
}

/// The same, and they stay until the transaction is over. After [`super::groups::hold`].
pub async fn hold(conn: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    owned(conn, ids, HOLD).await
}

async fn owned(
    conn: &impl ConnectionTrait,
    ids: &[TemplateId],
    sql: Sql,
) -> Result<HashSet<(AccountId, TemplateId)>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<OwnedRow> = sql.query(conn, vec![json(ids)]).await?;
    let read = |row: OwnedRow| {
        let account = row
            .account_id
            .parse()
            .map_err(broken("settings_templates.account_id"))?;
        Ok((account, row.id.parse().map_err(broken("settings_templates.id"))?))
    };
    rows.into_iter().map(read).collect()
}

fn write(template: &SettingsTemplate) -> Result<settings_template::ActiveModel, Error> {
    let settings = serde_json::to_string(&template.settings).map_err(broken("settings_templates.settings"))?;
    Ok(settings_template::ActiveModel {
        id: Set(template.id.to_string()),
        account_id: Set(template.account_id.to_string()),
        name: Set(template.name.clone()),
        name_key: Set(name_key(&template.name)),
        description: Set(template.description.clone()),
        settings: Set(settings),
        revision: Set(template.revision),
        create_time: Set(template.create_time.micros()),
        update_time: Set(template.update_time.micros()),
    })
}

fn refused(error: sea_orm::DbErr) -> Error {
    match StorageError::from(error) {
        error if error.constraint() == Some("settings_templates_account_id_name_key_key") => Error::TemplateExists,
        error => error.into(),
    }
}

fn read(row: settings_template::Model) -> Result<SettingsTemplate, Error> {
    Ok(SettingsTemplate {
        id: row.id.parse().map_err(broken("settings_templates.id"))?,
        account_id: row
            .account_id
            .parse()
            .map_err(broken("settings_templates.account_id"))?,
        name: row.name,
        description: row.description,
        settings: Settings::read(&row.settings, Level::Template).map_err(broken("settings_templates.settings"))?,
        user_count: 0,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        update_time: Timestamp::from_micros(row.update_time),
    })
}
