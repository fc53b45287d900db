//! Pages of users: every order and every prefix has its index, and a page begins where the last one ended.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, UnionType};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use storage::StorageError;
use types::Role;

use super::read_all;
use crate::domain::error::Error;
use crate::domain::name_key::{end_of_prefix, name_key};
use crate::domain::user::{User, UserState};
use crate::domain::user_query::{Position, UserFilter, UserOrder, UserQuery};
use crate::store::behind::behind;
use crate::store::broken;
use crate::store::by_age::by_age;
use crate::store::entity::user;

/// What a list is sorted by, where it is not a column.
const KEY: &str = "key";
const FOUND: &str = "found";

/// The first `rows` users of a list behind a position, and the position behind the last of them when there are more.
pub async fn list(
    conn: &impl ConnectionTrait,
    query: &UserQuery,
    after: Option<&Position>,
    rows: usize,
) -> Result<(Vec<User>, Option<Position>), Error> {
    let limit = u64::try_from(rows).unwrap_or(u64::MAX).saturating_add(1);
    let (models, more) = if query.filter.text.is_empty() {
        let mut models = in_order(conn, query, after, limit).await?;
        let more = models.len() > rows;
        models.truncate(rows);
        (models, more)
    } else {
        let mut ids = found(conn, query, after, limit).await?;
        let more = ids.len() > rows;
        ids.truncate(rows);
        (by_rank(conn, query, &ids).await?, more)
    };
    let next = match models.last() {
        Some(last) if more => Some(position(last, query.order)?),
        Some(_) | None => None,
    };
    Ok((read_all(conn, models).await?, next))
}

/// Along the index of the order, until there are enough.
async fn in_order(
    conn: &impl ConnectionTrait,
    query: &UserQuery,
    after: Option<&Position>,
    limit: u64,
) -> Result<Vec<user::Model>, Error> {
    let backend = conn.get_database_backend();
    let (key, direction) = (key(query.order, backend), direction(query));
    let mut select = user::Entity::find().filter(passes(query, backend));
    if key.is_none() && !has_index(&query.filter) {
        let columns = [user::Column::AccountId, user::Column::Id];
        let after = after.map(|after| after.id.to_string());
        select = by_age(select, columns, query.account_id, after, &direction);
    } else {
        select = select.filter(user::Column::AccountId.eq(query.account_id.to_string()));
        if let Some(after) = after {
            select = select.filter(behind_user(after, key.clone(), &direction));
        }
        if let Some(key) = key {
            select = select.order_by(key, direction.clone());
        }
        select = select.order_by(user::Column::Id, direction);
    }
    Ok(select.limit(limit).all(conn).await.map_err(StorageError::from)?)
}

/// The ids of whom the text finds: along the index of each key, sorted afterwards. As one condition with `OR`, it would be
/// the planner's guess whether to walk along the order instead, past everybody whom the text does not find.
async fn found(
    conn: &impl ConnectionTrait,
    query: &UserQuery,
    after: Option<&Position>,
    limit: u64,
) -> Result<Vec<String>, Error> {
    let backend = conn.get_database_backend();
    let (key, direction) = (key(query.order, backend), direction(query));
    let branch = |range: Condition| {
        let mut select = Query::select();
        select.column(user::Column::Id).from(user::Entity);
        select.and_where(user::Column::AccountId.eq(query.account_id.to_string()));
        select.cond_where(passes(query, backend)).cond_where(range);
        if let Some(key) = &key {
            select.expr_as(key.clone(), KEY);
        }
        if let Some(after) = after {
            select.and_where(behind_user(after, key.clone(), &direction));
        }
        select
    };
    let [first, second, third] = ranges(&query.filter.text, backend).map(branch);
    let mut union = first;
    union
        .union(UnionType::Distinct, second)
        .union(UnionType::Distinct, third);
    let mut page = Query::select();
    page.column(user::Column::Id).from_subquery(union, FOUND);
    if key.is_some() {
        page.order_by(KEY, direction.clone());
    }
    page.order_by(user::Column::Id, direction).limit(limit);
    let rows = conn.query_all(&page).await.map_err(StorageError::from)?;
    let ids = rows.iter().map(|row| row.try_get("", "id"));
    Ok(ids.collect::<Result<_, _>>().map_err(StorageError::from)?)
}

/// The users with these ids, in their order; fewer where one is gone since they were found.
async fn by_rank(conn: &impl ConnectionTrait, query: &UserQuery, ids: &[String]) -> Result<Vec<user::Model>, Error> {
    let select = user::Entity::find()
        .filter(user::Column::AccountId.eq(query.account_id.to_string()))
        .filter(user::Column::Id.is_in(ids));
    let mut models = select.all(conn).await.map_err(StorageError::from)?;
    let ranks: HashMap<&str, usize> = ids.iter().map(String::as_str).zip(0..).collect();
    models.sort_by_key(|user| ranks.get(user.id.as_str()).copied());
    Ok(models)
}

fn direction(query: &UserQuery) -> Order {
    if query.descending { Order::Desc } else { Order::Asc }
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

/// The users behind a position, by the key and the id.
fn behind_user(after: &Position, key: Option<Expr>, direction: &Order) -> Expr {
    let key = key.map(|key| (key, after.key.clone()));
    let id = (Expr::col(user::Column::Id), after.id.to_string());
    behind(key.into_iter().chain([id]), direction)
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

/// What the filter asks for, save the account and the text.
fn passes(query: &UserQuery, backend: DbBackend) -> Condition {
    let UserFilter {
        states,
        roles,
        product,
        group_id,
        text: _,
    } = &query.filter;
    let mut condition = Condition::all();
    // Literally, as the partial indexes say it: of a parameter nothing is known when a statement is planned.
    if states.is_empty() {
        condition = condition.add(Expr::cust("state <> 'DELETED'"));
    } else {
        if are_rare(states) {
            condition = condition.add(Expr::cust("state IN ('SUSPENDED', 'DELETED')"));
        }
        condition = condition.add(user::Column::State.is_in(states.iter().map(|state| state.as_str())));
    }
    if !roles.is_empty() {
        if are_few(roles) {
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
    condition
}

/// Whether there is an index of those whom the filter passes.
fn has_index(filter: &UserFilter) -> bool {
    filter.group_id.is_some() || are_rare(&filter.states) || are_few(&filter.roles)
}

/// Whether the states' index has all of them.
fn are_rare(states: &[UserState]) -> bool {
    !states.is_empty() && states.iter().all(|state| is_rare(*state))
}

/// Whether the administrators' index has all of them.
fn are_few(roles: &[Role]) -> bool {
    !roles.is_empty() && !roles.contains(&Role::Member)
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
fn ranges(text: &str, backend: DbBackend) -> [Condition; 3] {
    let within = |key: Expr, first: String| {
        let end = key.clone().lt(end_of_prefix(&first));
        Condition::all().add(end).add(key.gte(first))
    };
    [
        within(Expr::cust("full_key"), name_key(text)),
        within(Expr::col(user::Column::SortKey), name_key(text)),
        within(email(backend), text.to_ascii_lowercase()),
    ]
}
