//! Users as they are after a change, and what their invitations promise then.

use sea_orm::ConnectionTrait;
use serde::Serialize;
use storage::{Sql, json};
use types::{AccountId, GroupId, TemplateId, Timestamp, UserId};

use crate::domain::error::Error;
use crate::domain::user::{User, name_keys};

/// A user to write.
#[derive(Clone, Debug, Serialize)]
struct Row {
    id: UserId,
    revision: i64,
    given_name: String,
    family_name: String,
    given_key: String,
    sort_key: String,
    group_id: Option<GroupId>,
    settings_template_id: Option<TemplateId>,
    language: String,
    time_zone: String,
    products: String,
    seat_version: i64,
}

const WRITE: Sql = Sql {
    postgres: "UPDATE users u SET given_name = r.given_name, family_name = r.family_name, given_key = r.given_key,
            sort_key = r.sort_key, group_id = r.group_id, settings_template_id = r.settings_template_id,
            language = r.language, time_zone = r.time_zone, products = r.products, seat_version = r.seat_version,
            revision = u.revision + 1, update_time = $3
        FROM json_to_recordset($1::json) AS r(id text, revision bigint, given_name text, family_name text,
            given_key text, sort_key text, group_id text, settings_template_id text,
            language text, time_zone text, products text, seat_version bigint)
        WHERE u.id = r.id AND u.account_id || '' = $2 AND u.revision = r.revision",
    sqlite: "UPDATE users SET given_name = r.value->>'given_name', family_name = r.value->>'family_name',
            given_key = r.value->>'given_key', sort_key = r.value->>'sort_key', group_id = r.value->>'group_id',
            settings_template_id = r.value->>'settings_template_id',
            language = r.value->>'language', time_zone = r.value->>'time_zone', products = r.value->>'products',
            seat_version = r.value->>'seat_version', revision = users.revision + 1, update_time = $3
        FROM json_each($1) AS r
        WHERE users.id = r.value->>'id' AND users.account_id = $2 AND users.revision = r.value->>'revision'",
};

/// Who has not joined yet, or can still be invited again, is to join with the same.
const WRITE_PROMISED: Sql = Sql {
    postgres: "UPDATE invitations i SET group_id = r.group_id, settings_template_id = r.settings_template_id,
            language = r.language, time_zone = r.time_zone,
            products = CASE WHEN r.moved THEN r.products ELSE i.products END
        FROM json_to_recordset($1::json) AS r(id text, group_id text, settings_template_id text, language text,
            time_zone text, products text, moved boolean)
        WHERE i.user_id = r.id AND i.account_id || '' = $2 AND i.kind = 'JOIN' AND i.state IN ('PENDING', 'EXPIRED')",
    sqlite: "UPDATE invitations SET group_id = r.value->>'group_id',
            settings_template_id = r.value->>'settings_template_id', language = r.value->>'language',
            time_zone = r.value->>'time_zone',
            products = CASE WHEN r.value->>'moved' THEN r.value->>'products' ELSE invitations.products END
        FROM json_each($1) AS r
        WHERE invitations.user_id = r.value->>'id' AND invitations.account_id = $2
            AND invitations.kind = 'JOIN' AND invitations.state IN ('PENDING', 'EXPIRED')",
};

#[derive(Serialize)]
struct Promise<'a> {
    #[serde(flatten)]
    row: &'a Row,
    /// Whether the products are different: an expired invitation remembers others than the user has.
    moved: bool,
}

/// Writes users of an account as they are after a change, each as `(before, after)`, and what their invitations to join
/// promise.
///
/// # Errors
/// [`Error::Contended`] when one of them was changed since they were read.
pub async fn write(
    conn: &impl ConnectionTrait,
    account: AccountId,
    changes: &[(&User, &User)],
    now: Timestamp,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = changes.iter().map(|(_, after)| row(after)).collect::<Result<_, _>>()?;
    let account = account.to_string();
    let values = vec![json(&rows), account.as_str().into(), now.micros().into()];
    let written = WRITE.execute(conn, values).await?;
    if usize::try_from(written) != Ok(rows.len()) {
        return Err(Error::Contended);
    }
    let promises: Vec<Promise<'_>> = changes
        .iter()
        .zip(&rows)
        .map(|((before, after), row)| Promise {
            row,
            moved: before.products != after.products,
        })
        .collect();
    WRITE_PROMISED
        .execute(conn, vec![json(&promises), account.into()])
        .await?;
    Ok(())
}

fn row(user: &User) -> Result<Row, Error> {
    let (given_key, sort_key) = name_keys(&user.given_name, &user.family_name);
    Ok(Row {
        id: user.id,
        revision: user.revision,
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        given_key,
        sort_key,
        group_id: user.group_id,
        settings_template_id: user.settings_template_id,
        language: user.language.clone(),
        time_zone: user.time_zone.clone(),
        products: serde_json::to_string(&user.products).map_err(super::broken("users.products"))?,
        seat_version: user.seat_version,
    })
}

const REACTIVATE: Sql = Sql {
    postgres: "UPDATE users SET state = 'ACTIVE', former_state = NULL, revision = revision + 1, update_time = $3
        WHERE account_id = $2 AND state = 'SUSPENDED'
            AND id = ANY (ARRAY(SELECT json_array_elements_text($1::json)))",
    sqlite: "UPDATE users SET state = 'ACTIVE', former_state = NULL, revision = revision + 1, update_time = $3
        WHERE account_id = $2 AND state = 'SUSPENDED' AND id IN (SELECT value FROM json_each($1))",
};

/// Ends the suspension of users of an account.
///
/// # Errors
/// [`Error::Contended`] when one of them is not suspended any more.
pub async fn reactivate(
    conn: &impl ConnectionTrait,
    account: AccountId,
    ids: &[UserId],
    now: Timestamp,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let values = vec![json(ids), account.to_string().into(), now.micros().into()];
    match REACTIVATE.execute(conn, values).await? {
        written if usize::try_from(written) == Ok(ids.len()) => Ok(()),
        _ => Err(Error::Contended),
    }
}
