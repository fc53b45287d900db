//! Roles of accounts' own.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use storage::StorageError;
use types::{Permissions, RoleId};

use super::broken;
use super::entity::role;
use crate::domain::error::Error;

/// What these roles grant.
pub async fn permissions(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = String>,
) -> Result<HashMap<RoleId, Permissions>, Error> {
    let query = role::Entity::find().filter(role::Column::Id.is_in(ids));
    let rows = query.all(conn).await.map_err(StorageError::from)?;
    let read = |row: role::Model| {
        let id = row.id.parse().map_err(broken("roles.id"))?;
        Ok((id, read_permissions(&row.permissions)?))
    };
    rows.into_iter().map(read).collect()
}

/// A set of permissions from the names it is stored as.
pub(super) fn read_permissions(text: &str) -> Result<Permissions, Error> {
    let names: Vec<String> = serde_json::from_str(text).map_err(broken("roles.permissions"))?;
    let parse = |name: String| name.parse().map_err(broken("roles.permissions"));
    names.into_iter().map(parse).collect()
}
