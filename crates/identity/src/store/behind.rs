//! Where a page goes on.

use sea_orm::sea_query::{Expr, ExprTrait, Order};

/// The rows behind a position in a list: what the list is sorted by, and where in it the last page ended.
pub fn behind(position: impl IntoIterator<Item = (Expr, String)>, direction: &Order) -> Expr {
    let (columns, values): (Vec<_>, Vec<_>) = position
        .into_iter()
        .map(|(column, value)| (column, Expr::value(value)))
        .unzip();
    let (columns, values) = (Expr::tuple(columns), Expr::tuple(values));
    if *direction == Order::Desc {
        columns.lt(values)
    } else {
        columns.gt(values)
    }
}
