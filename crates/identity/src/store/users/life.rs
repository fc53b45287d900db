//! Users who end, and who come back: guarded by the revision they were read with.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use storage::{Sql, json};
use types::{AccountId, Timestamp, UserId};

use super::EMAIL_KEY;
use crate::domain::error::Error;
use crate::domain::user::{User, UserState};
use crate::store::entity::user;

/// A user who ends.
#[derive(Clone, Debug, Serialize)]
pub struct Ending {
    /// Who.
    pub id: UserId,
    /// What they were read with.
    pub revision: i64,
    /// The products they still hold, as JSON.
    pub products: String,
    /// The version of that.
    pub seat_version: i64,
}

const END: Sql = Sql {
    postgres: "UPDATE users u SET state = $2, former_state = u.state, delete_time = $3, products = r.products,
            seat_version = r.seat_version, revision = u.revision + 1, update_time = $4
        FROM json_to_recordset($1::json) AS r(id text, revision bigint, products text, seat_version bigint)
        WHERE u.id = r.id AND u.revision = r.revision AND u.account_id || '' = $5",
    sqlite: "UPDATE users SET state = $2, former_state = state, delete_time = $3, products = r.products,
            seat_version = r.seat_version, revision = users.revision + 1, update_time = $4
        FROM (SELECT value->>'id' AS id, value->>'revision' AS revision, value->>'products' AS products,
                value->>'seat_version' AS seat_version FROM json_each($1)) AS r
        WHERE users.id = r.id AND users.revision = r.revision AND users.account_id = $5",
};

/// Puts users of an account into the state they end in.
///
/// # Errors
/// [`Error::Contended`] when one of them was changed since they were read.
pub async fn end(
    conn: &impl ConnectionTrait,
    account: AccountId,
    rows: &[Ending],
    state: UserState,
    now: Timestamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let delete_time = match state {
        UserState::Deleted => Some(now.micros()),
        UserState::Invited | UserState::Active | UserState::Suspended => None,
    };
    let values = vec![
        json(rows),
        state.as_str().into(),
        delete_time.into(),
        now.micros().into(),
        account.to_string().into(),
    ];
    let ended = END.execute(conn, values).await?;
    if usize::try_from(ended) == Ok(rows.len()) {
        Ok(())
    } else {
        Err(Error::Contended)
    }
}

/// Puts a suspended or deleted user back into a state.
///
/// # Errors
/// [`Error::EmailTaken`] when the address is somebody else's by now; [`Error::Contended`] when the user was changed since
/// they were read.
pub async fn bring_back(
    conn: &impl ConnectionTrait,
    user: &User,
    state: UserState,
    now: Timestamp,
) -> Result<(), Error> {
    // Only who was active is suspended.
    let former_state = match state {
        UserState::Suspended => Some(UserState::Active.as_str()),
        UserState::Invited | UserState::Active | UserState::Deleted => None,
    };
    let update = user::Entity::update_many()
        .col_expr(user::Column::State, Expr::value(state.as_str()))
        .col_expr(user::Column::FormerState, Expr::value(former_state))
        .col_expr(user::Column::DeleteTime, Expr::value(None::<i64>))
        .col_expr(user::Column::Revision, Expr::col(user::Column::Revision).add(1))
        .col_expr(user::Column::UpdateTime, Expr::value(now.micros()))
        .filter(user::Column::Id.eq(user.id.to_string()))
        .filter(user::Column::AccountId.eq(user.account_id.to_string()))
        .filter(user::Column::Revision.eq(user.revision));
    let updated = update.exec(conn).await.map_err(storage::StorageError::from);
    match updated {
        Ok(result) if result.rows_affected == 1 => Ok(()),
        Ok(_) => Err(Error::Contended),
        Err(error) if error.constraint() == Some(EMAIL_KEY) => Err(Error::EmailTaken),
        Err(error) => Err(error.into()),
    }
}
