//! The schema goes up, down, and up again.

use licensing::{Config, Migrator};
use sea_orm_migration::MigratorTrait;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{reserve, user};

/// How many changes of the schema there are since holders have tenures, that one included.
const SINCE_TENURES: u32 = 3;

on_both_databases! {
    the_schema_goes_up_and_down_and_up
    what_is_held_outlives_a_schema_that_told_no_tenures
}

async fn the_schema_goes_up_and_down_and_up(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    // Once it answers, it has looked at the schema.
    stack.account(&[("training", 1)]).await;
    Migrator::down(stack.database.writer(), None).await.unwrap();
    Migrator::up(stack.database.writer(), None).await.unwrap();
    stack.account(&[("training", 1)]).await;
}

async fn what_is_held_outlives_a_schema_that_told_no_tenures(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 2), ("training", 2)]).await;
    let (holder, former) = (user(), user());
    stack.seat(account, &holder, &["meeting", "training"]).await;
    stack.seat(account, &former, &["meeting"]).await;
    stack.release(account, &former, 2).await.unwrap();
    let subjects = [holder.as_str(), former.as_str()];
    let held = stack.holdings(account, &subjects).await;
    let bare = "SELECT count(*) AS n FROM seat_holders WHERE products IN ('[\"meeting\",\"training\"]', '[]')";
    Migrator::down(stack.database.writer(), Some(SINCE_TENURES))
        .await
        .unwrap();
    assert_eq!(stack.count(bare).await, 2);
    Migrator::up(stack.database.writer(), None).await.unwrap();
    assert_eq!(stack.count(bare).await, 0);
    assert_eq!(stack.holdings(account, &subjects).await, held);
    assert_eq!(stack.wrong_counters().await, 0);
    stack
        .reserve(reserve(account, &[("training", 1)]))
        .await
        .unwrap()
        .grant
        .unwrap();
}
