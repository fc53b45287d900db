//! What a transaction promises.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use sea_orm::ConnectionTrait;
use storage::{Database, DatabaseConfig, StorageError};

use crate::support::{Fixture, eventually, on_both, person};

on_both!(
    an_ok_commits,
    an_err_rolls_back_and_is_answered,
    a_panic_rolls_back_and_is_raised_again,
    a_hundred_dropped_transactions_all_commit,
    concurrent_writers_wait_for_each_other,
    a_connection_that_comes_back_inside_a_transaction_is_rolled_back,
    a_connection_that_comes_back_inside_a_failed_transaction_is_not_used_again,
);

async fn an_ok_commits(fixture: Fixture) {
    let answer = insert(&fixture.db, "anna", Ok(7)).await;
    assert_eq!(answer.unwrap(), 7);
    assert_eq!(fixture.people().await, 1);
}

async fn an_err_rolls_back_and_is_answered(fixture: Fixture) {
    let answer = insert(&fixture.db, "anna", Err(StorageError::Lost("as the test wants it"))).await;
    assert!(
        matches!(answer, Err(StorageError::Lost("as the test wants it"))),
        "{answer:?}"
    );
    assert_eq!(fixture.people().await, 0);
    insert(&fixture.db, "anna", Ok(1)).await.unwrap();
    assert_eq!(fixture.people().await, 1);
}

async fn a_panic_rolls_back_and_is_raised_again(fixture: Fixture) {
    let panicking = fixture.db.transaction::<(), StorageError, _>(|tx| {
        Box::pin(async move {
            tx.execute_unprepared(&person("anna")).await?;
            panic!("as the test wants it")
        })
    });
    assert!(AssertUnwindSafe(panicking).catch_unwind().await.is_err());
    insert(&fixture.db, "bert", Ok(1)).await.unwrap();
    assert_eq!(fixture.people().await, 1);
}

async fn a_hundred_dropped_transactions_all_commit(fixture: Fixture) {
    for n in 0..100 {
        // Polled once, then dropped.
        assert!(insert(&fixture.db, n, Ok(n)).now_or_never().is_none());
    }
    eventually(100, async || fixture.people().await).await;
    insert(&fixture.db, "anna", Ok(1)).await.unwrap();
    assert_eq!(fixture.people().await, 101);
}

async fn concurrent_writers_wait_for_each_other(fixture: Fixture) {
    // A second handle on the same database: on SQLite the two writers meet at the file's lock.
    let other = Database::connect(&fixture.config).await.unwrap();
    let writes = (0..50).map(|n| {
        let db = if n % 2 == 0 { fixture.db.clone() } else { other.clone() };
        async move { insert(&db, n, Ok(n)).await }
    });
    for answer in futures::future::join_all(writes).await {
        answer.unwrap();
    }
    assert_eq!(fixture.people().await, 50);
}

async fn a_connection_that_comes_back_inside_a_transaction_is_rolled_back(fixture: Fixture) {
    let db = one_connection(&fixture).await;
    db.writer().execute_unprepared("BEGIN").await.unwrap();
    db.writer().execute_unprepared(&person("anna")).await.unwrap();
    assert_eq!(fixture.people().await, 1);
}

async fn a_connection_that_comes_back_inside_a_failed_transaction_is_not_used_again(fixture: Fixture) {
    let db = one_connection(&fixture).await;
    assert!(
        db.writer()
            .execute_unprepared("BEGIN; DELETE FROM nowhere")
            .await
            .is_err()
    );
    db.writer().execute_unprepared(&person("anna")).await.unwrap();
    assert_eq!(fixture.people().await, 1);
}

async fn one_connection(fixture: &Fixture) -> Database {
    let config = DatabaseConfig {
        max_connections: 1,
        ..fixture.config.clone()
    };
    Database::connect(&config).await.unwrap()
}

async fn insert(
    db: &Database,
    name: impl std::fmt::Display,
    answer: Result<i32, StorageError>,
) -> Result<i32, StorageError> {
    let sql = person(name);
    db.transaction(move |tx| {
        Box::pin(async move {
            tx.execute_unprepared(&sql).await?;
            answer
        })
    })
    .await
}
