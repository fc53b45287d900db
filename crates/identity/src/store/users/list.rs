//! Pages of users: every order and every prefix has its index, and a page begins where the last one ended.

use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use storage::StorageError;
use types::Role;

use super::read_all;
use crate::domain::error::Error;
use crate::domain::name_key::{end_of_prefix, name_key};
use crate::domain::user::{User, UserState};
use crate::domain::user_query::{Position, UserFilter, UserOrder, UserQuery};
use crate::store::broken;
use crate::store::entity::user;

/// The first `rows` users of a list behind a position, and the position behind the last of them when there are more.
pub async fn list(
    conn: &impl ConnectionTrait,
    query: &UserQuery,
    after: Option<&Position>,
    rows: usize,
) -> Result<(Vec<User>, Option<Position>), Error> {
    let backend = conn.get_database_backend();
    let key = key(query.order, backend);
    let mut select = user::Entity::find()
        .filter(user::Column::AccountId.eq(query.account_id.to_string()))
        .filter(passes(query, backend));
    if let Some(after) = after {
        select = select.filter(behind(after, key.clone(), query.descending));
    }
    let direction = if query.descending { Order::Desc } else { Order::Asc };
    if let Some(key) = key {
        select = select.order_by(key, direction.clone());
    }
    let limit = u64::try_from(rows).unwrap_or(u64::MAX).saturating_add(1);
    let select = select.order_by(user::Column::Id, direction).limit(limit);
    let mut models = select.all(conn).await.map_err(StorageError::from)?;
    let more = models.len() > rows;
    models.truncate(rows);
    let next = match models.last() {
        Some(last) if more => Some(position(last, query.order)?),
        Some(_) | None => None,
    };
    Ok((read_all(conn, models).await?, next))
}

/// What a list is sorted by before the id.
fn key(order: UserOrder, backend: DbBackend) -> Option<Expr> {
    match order {
        UserOrder::CreateTime => None,
        UserOrder::Name => Some(Expr::col(user::Column::SortKey)),
        UserOrder::Email => Some(email(backend)),
    }
}

/// The canonical address, compared by code points as its index is.
fn email(backend: DbBackend) -> Expr {
    if backend == DbBackend::Postgres {
        Expr::cust(r#"email COLLATE "C""#)
    } else {
        Expr::col(user::Column::Email)
    }
}

fn position(user: &user::Model, order: UserOrder) -> Result<Position, Error> {
    let key = match order {
        UserOrder::CreateTime => "",
        UserOrder::Name => &user.sort_key,
        UserOrder::Email => &user.email,
    };
    Ok(Position {
        key: key.to_owned(),
        id: user.id.parse().map_err(broken("users.id"))?,
    })
}

fn behind(after: &Position, key: Option<Expr>, descending: bool) -> Expr {
    let (mut columns, mut values) = (vec![], vec![]);
    if let Some(key) = key {
        columns.push(key);
        values.push(Expr::value(after.key.clone()));
    }
    columns.push(Expr::col(user::Column::Id));
    values.push(Expr::value(after.id.to_string()));
    let (columns, values) = (Expr::tuple(columns), Expr::tuple(values));
    if descending {
        columns.lt(values)
    } else {
        columns.gt(values)
    }
}

fn passes(query: &UserQuery, backend: DbBackend) -> Condition {
    let UserFilter {
        states,
        roles,
        product,
        group_id,
        text,
    } = &query.filter;
    let mut condition = Condition::all();
    // Literally, as the partial indexes say it: of a parameter nothing is known when a statement is planned.
    if states.is_empty() {
        condition = condition.add(Expr::cust("state <> 'DELETED'"));
    } else {
        if states.iter().all(|state| is_rare(*state)) {
            condition = condition.add(Expr::cust("state IN ('SUSPENDED', 'DELETED')"));
        }
        condition = condition.add(user::Column::State.is_in(states.iter().map(|state| state.as_str())));
    }
    if !roles.is_empty() {
        if !roles.contains(&Role::Member) {
            condition = condition.add(Expr::cust("role <> 'MEMBER'"));
        }
        condition = condition.add(user::Column::Role.is_in(roles.iter().map(|role| role.as_str())));
    }
    if let Some(group_id) = group_id {
        condition = condition.add(user::Column::GroupId.eq(group_id.to_string()));
    }
    if !product.is_empty() {
        condition = condition.add(holds(product, backend));
    }
    if !text.is_empty() {
        condition = condition.add(begins(query, text, backend));
    }
    condition
}

/// Whether the states' index has only few of the users.
const fn is_rare(state: UserState) -> bool {
    match state {
        UserState::Suspended | UserState::Deleted => true,
        UserState::Invited | UserState::Active => false,
    }
}

/// The product's name among the names in the JSON text: with its quotes, which are escaped inside a name.
fn holds(product: &str, backend: DbBackend) -> Expr {
    let name = serde_json::Value::from(product).to_string();
    let position = if backend == DbBackend::Postgres {
        "strpos(products, $1) > 0"
    } else {
        "instr(products, ?) > 0"
    };
    Expr::cust_with_values(position, [name])
}

/// A range of each key and no LIKE: nothing in the text means anything but itself, and each range has its index.
fn begins(query: &UserQuery, text: &str, backend: DbBackend) -> Condition {
    let within = |key: Expr, first: String| {
        Condition::all()
            .add(user::Column::AccountId.eq(query.account_id.to_string()))
            .add(key.clone().lt(end_of_prefix(&first)))
            .add(key.gte(first))
    };
    Condition::any()
        .add(within(Expr::cust("full_key"), name_key(text)))
        .add(within(Expr::col(user::Column::SortKey), name_key(text)))
        .add(within(email(backend), text.to_ascii_lowercase()))
}
