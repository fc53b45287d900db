//! Welcome e-mails of accounts' own; what they say is in [`super::welcome_email_versions`].

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
};
use storage::{Sql, StorageError, json};
use types::{AccountId, EmailTemplateId, Timestamp};

use super::entity::welcome_email;
use super::{broken, exclusive};
use crate::domain::error::Error;
use crate::domain::name_key::name_key;
use crate::domain::welcome_email::WelcomeEmail;

/// Adds a welcome e-mail.
///
/// # Errors
/// [`Error::WelcomeEmailExists`] when another one of the account has the name.
pub async fn insert(conn: &impl ConnectionTrait, email: &WelcomeEmail) -> Result<(), Error> {
    let insert = welcome_email::Entity::insert(write(email)?);
    insert.exec_without_returning(conn).await.map(drop).map_err(refused)
}

/// Writes a welcome e-mail's name, languages, version and revision.
///
/// # Errors
/// As [`insert`].
pub async fn update(conn: &impl ConnectionTrait, email: &WelcomeEmail) -> Result<(), Error> {
    let update = welcome_email::Entity::update_many()
        .set(write(email)?)
        .filter(welcome_email::Column::Id.eq(email.id.to_string()))
        .filter(welcome_email::Column::AccountId.eq(email.account_id.to_string()));
    update.exec(conn).await.map(drop).map_err(refused)
}

/// Removes a welcome e-mail.
pub async fn delete(conn: &impl ConnectionTrait, account: AccountId, id: EmailTemplateId) -> Result<(), StorageError> {
    let delete = welcome_email::Entity::delete_many()
        .filter(welcome_email::Column::Id.eq(id.to_string()))
        .filter(welcome_email::Column::AccountId.eq(account.to_string()));
    delete.exec(conn).await?;
    Ok(())
}

/// One welcome e-mail of an account.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: EmailTemplateId,
) -> Result<Option<WelcomeEmail>, Error> {
    let query = welcome_email::Entity::find_by_id(id.to_string())
        .filter(welcome_email::Column::AccountId.eq(account.to_string()));
    query.one(conn).await.map_err(StorageError::from)?.map(read).transpose()
}

/// The same, which nobody else changes until the transaction is over.
pub async fn lock(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: EmailTemplateId,
) -> Result<Option<WelcomeEmail>, Error> {
    let query = welcome_email::Entity::find_by_id(id.to_string())
        .filter(welcome_email::Column::AccountId.eq(account.to_string()));
    let row = exclusive(query, conn).one(conn).await;
    row.map_err(StorageError::from)?.map(read).transpose()
}

/// How many welcome e-mails an account has.
pub async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64, StorageError> {
    let query = welcome_email::Entity::find().filter(welcome_email::Column::AccountId.eq(account.to_string()));
    Ok(query.count(conn).await?)
}

const LIST: Sql = Sql {
    postgres: "SELECT * FROM welcome_emails WHERE account_id = $1 AND name_key COLLATE \"C\" > $2
        ORDER BY name_key COLLATE \"C\" LIMIT $3",
    sqlite: "SELECT * FROM welcome_emails WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3",
};

/// Welcome e-mails of an account whose names' keys are after `after`, by name.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<WelcomeEmail>, Error> {
    let values = vec![account.to_string().into(), after.into(), limit.into()];
    let rows: Vec<welcome_email::Model> = LIST.query(conn, values).await?;
    rows.into_iter().map(read).collect()
}

const PRESENT: Sql = Sql {
    postgres: "SELECT account_id, id, version FROM welcome_emails
        WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "SELECT account_id, id, version FROM welcome_emails WHERE id IN (SELECT value FROM json_each($1))",
};

#[derive(FromQueryResult)]
struct PresentRow {
    account_id: String,
    id: String,
    version: i64,
}

/// Which of these there are, each with the account that it belongs to and its present version. Whoever deletes one has locked
/// its account.
pub async fn present(
    conn: &impl ConnectionTrait,
    ids: &[EmailTemplateId],
) -> Result<HashMap<(AccountId, EmailTemplateId), i64>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<PresentRow> = PRESENT.query(conn, vec![json(ids)]).await?;
    let read = |row: PresentRow| {
        let account = row.account_id.parse().map_err(broken("welcome_emails.account_id"))?;
        let id = row.id.parse().map_err(broken("welcome_emails.id"))?;
        Ok(((account, id), row.version))
    };
    rows.into_iter().map(read).collect()
}

fn write(email: &WelcomeEmail) -> Result<welcome_email::ActiveModel, Error> {
    Ok(welcome_email::ActiveModel {
        id: Set(email.id.to_string()),
        account_id: Set(email.account_id.to_string()),
        name: Set(email.name.clone()),
        name_key: Set(name_key(&email.name)),
        languages: Set(serde_json::to_string(&email.languages).map_err(broken("welcome_emails.languages"))?),
        version: Set(email.version),
        revision: Set(email.revision),
        create_time: Set(email.create_time.micros()),
        update_time: Set(email.update_time.micros()),
    })
}

fn refused(error: sea_orm::DbErr) -> Error {
    match StorageError::from(error) {
        error if error.constraint() == Some("welcome_emails_account_id_name_key_key") => Error::WelcomeEmailExists,
        error => error.into(),
    }
}

fn read(row: welcome_email::Model) -> Result<WelcomeEmail, Error> {
    Ok(WelcomeEmail {
        id: row.id.parse().map_err(broken("welcome_emails.id"))?,
        account_id: row.account_id.parse().map_err(broken("welcome_emails.account_id"))?,
        name: row.name,
        languages: serde_json::from_str(&row.languages).map_err(broken("welcome_emails.languages"))?,
        version: row.version,
        revision: row.revision,
        create_time: Timestamp::from_micros(row.create_time),
        update_time: Timestamp::from_micros(row.update_time),
    })
}
