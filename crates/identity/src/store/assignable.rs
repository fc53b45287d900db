//! What users are put into or given: whether an account has it.

use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Sql, StorageError};
use types::{AccountId, GroupId, TemplateId};

const GROUP_TEXT: &str = "SELECT id FROM groups WHERE id = $1 AND account_id = $2";
const GROUP: Sql = Sql {
    postgres: GROUP_TEXT,
    sqlite: GROUP_TEXT,
};

const TEMPLATE_TEXT: &str = "SELECT id FROM settings_templates WHERE id = $1 AND account_id = $2";
const TEMPLATE: Sql = Sql {
    postgres: TEMPLATE_TEXT,
    sqlite: TEMPLATE_TEXT,
};

#[derive(FromQueryResult)]
struct Row {
    #[expect(dead_code, reason = "only whether there is a row is asked")]
    id: String,
}

/// Whether an account has this group.
pub async fn has_group(conn: &impl ConnectionTrait, account: AccountId, id: GroupId) -> Result<bool, StorageError> {
    let values = vec![id.to_string().into(), account.to_string().into()];
    Ok(GROUP.query_one::<Row>(conn, values).await?.is_some())
}

/// Whether an account has this settings template.
pub async fn has_template(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: TemplateId,
) -> Result<bool, StorageError> {
    let values = vec![id.to_string().into(), account.to_string().into()];
    Ok(TEMPLATE.query_one::<Row>(conn, values).await?.is_some())
}
