//! The rows of one account in the order of their ids, which is that of their age.

use sea_orm::sea_query::{Expr, Order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};
use types::AccountId;

use crate::store::behind::behind;

/// The rows of an account behind the one called `after`, along the index of `[account_id, id]`.
///
/// The account is a range of one, and what is sorted by: of an equality the planner would know that every row has the same
/// account, and would then rather walk along the primary key, past the rows of all other accounts, which it takes for
/// evenly spread.
pub fn by_age<E: EntityTrait>(
    select: Select<E>,
    [account_id, id]: [E::Column; 2],
    account: AccountId,
    after: Option<String>,
    direction: &Order,
) -> Select<E> {
    let account = account.to_string();
    let mut select = select.filter(account_id.between(account.as_str(), account.as_str()));
    if let Some(after) = after {
        let position = [(Expr::col(account_id), account), (Expr::col(id), after)];
        select = select.filter(behind(position, direction));
    }
    select
        .order_by(account_id, direction.clone())
        .order_by(id, direction.clone())
}
