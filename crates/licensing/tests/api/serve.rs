//! The life of the process.

use licensing::Config;

use crate::stack::{Stack, on_both_databases, plain};

on_both_databases! {
    it_stops_when_it_is_told_to
}

async fn it_stops_when_it_is_told_to(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    stack.account(&[("training", 1)]).await;
    stack.stop().await.unwrap();
}
