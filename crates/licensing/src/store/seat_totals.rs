//! The table of seat totals' versions.

use sea_orm::ConnectionTrait;
use storage::{Sql, StorageError};
use types::{AccountId, Timestamp};

const RAISE: &str = "
    INSERT INTO seat_totals AS t (account_id, version, update_time) VALUES ($1, $2, $3)
    ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, update_time = excluded.update_time
    WHERE t.version < excluded.version";

/// Raises the version of an account's totals; answers whether it was lower. The row stays locked until the commit.
pub async fn raise(
    tx: &impl ConnectionTrait,
    now: Timestamp,
    account: AccountId,
    version: i64,
) -> Result<bool, StorageError> {
    let raise = Sql {
        postgres: RAISE,
        sqlite: RAISE,
    };
    let values = vec![account.to_string().into(), version.into(), now.micros().into()];
    Ok(raise.execute(tx, values).await? == 1)
}
