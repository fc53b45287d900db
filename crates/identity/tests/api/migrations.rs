//! The schema goes up, down, and up again.

use identity::{Config, Migrator};
use sea_orm_migration::MigratorTrait;

use crate::stack::{Stack, on_both_databases, plain};

on_both_databases! {
    the_schema_goes_up_and_down_and_up
}

async fn the_schema_goes_up_and_down_and_up(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    Migrator::down(stack.database.writer(), None).await.unwrap();
    Migrator::up(stack.database.writer(), None).await.unwrap();
    stack.owner().await;
}
