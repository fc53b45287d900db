//! Requests that are cancelled while the database is far away leave no connection inside a transaction.
//!
//! Two protections stand against it: the transaction's own task, and the pool's release guard. Each is shown to be enough
//! without the other, and the control shows that without both a poisoned connection swallows acknowledged writes.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use storage::{Database, DatabaseConfig, StorageError};

use crate::support::{DelayProxy, Fixture, eventually, person};

const ROUND_TRIP: Duration = Duration::from_millis(20);
const CONNECTIONS: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_cancelled_requests_leave_no_poisoned_connection() {
    let fixture = Fixture::postgres().await;
    let (lost, _proxy) = lost_after_cancellations(&fixture, true, in_a_task).await;
    assert_eq!(lost, 0);
    // Nor did they lose their own work.
    eventually(100, async || cancelled_and_committed(&fixture).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_task_alone_is_enough() {
    let fixture = Fixture::postgres().await;
    let (lost, _proxy) = lost_after_cancellations(&fixture, false, in_a_task).await;
    assert_eq!(lost, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guard_alone_is_enough() {
    let fixture = Fixture::postgres().await;
    let (lost, _proxy) = lost_after_cancellations(&fixture, true, in_the_request).await;
    assert_eq!(lost, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_without_task_and_guard_acknowledged_writes_are_lost() {
    let fixture = Fixture::postgres().await;
    let (lost, _proxy) = lost_after_cancellations(&fixture, false, in_the_request).await;
    assert!(lost > 0, "sqlx no longer poisons connections: the guard may go");
}

/// Cancels a hundred requests at all moments of their life, then writes through the same pool; answers how many of the
/// acknowledged writes are not there.
async fn lost_after_cancellations(
    fixture: &Fixture,
    guard: bool,
    request: impl AsyncFn(Database, u64),
) -> (usize, DelayProxy) {
    let (proxy, url) = DelayProxy::in_front_of(&fixture.config.url, ROUND_TRIP).await;
    let config = DatabaseConfig {
        max_connections: CONNECTIONS,
        release_guard: guard,
        ..DatabaseConfig::new(url)
    };
    let db = Database::connect(&config).await.unwrap();
    warm(&db).await;
    let numbers: Vec<u64> = (0..100).collect();
    for wave in numbers.chunks(usize::try_from(CONNECTIONS).unwrap()) {
        let requests = wave.iter().map(|&n| {
            // From after COMMIT back to the middle of BEGIN: a later transaction on a poisoned connection would heal it.
            let patience = Duration::from_millis(5 + (99 - n) * 4 / 5);
            tokio::time::timeout(patience, request(db.clone(), n))
        });
        futures::future::join_all(requests).await;
    }
    (lost_writes(fixture, &db).await, proxy)
}

/// Opens all connections, so that no request spends its patience on that.
async fn warm(db: &Database) {
    let held = (0..CONNECTIONS).map(|_| db.writer().execute_unprepared("SELECT pg_sleep(0.1)"));
    for answer in futures::future::join_all(held).await {
        answer.unwrap();
    }
}

async fn lost_writes(fixture: &Fixture, db: &Database) -> usize {
    let writes = (0..5 * CONNECTIONS).map(|n| async move {
        let sql = person(format_args!("probe_{n}"));
        db.writer().execute_unprepared(&sql).await
    });
    for answer in futures::future::join_all(writes).await {
        answer.unwrap();
    }
    let found = crate::support::count(
        fixture.db.reader(),
        "SELECT count(*) AS n FROM people WHERE id LIKE 'usr_probe%'",
    )
    .await;
    usize::try_from(5 * i64::from(CONNECTIONS) - found).unwrap()
}

async fn cancelled_and_committed(fixture: &Fixture) -> i64 {
    crate::support::count(
        fixture.db.reader(),
        "SELECT count(*) AS n FROM people WHERE id NOT LIKE 'usr_probe%'",
    )
    .await
}

async fn in_a_task(db: Database, n: u64) {
    let sql = person(n);
    let work = db.transaction::<(), StorageError, _>(move |tx| {
        Box::pin(async move {
            tx.execute_unprepared(&sql).await?;
            Ok(())
        })
    });
    work.await.unwrap();
}

async fn in_the_request(db: Database, n: u64) {
    let work: Result<(), DbErr> = async {
        let tx = db.writer().begin().await?;
        tx.execute_unprepared(&person(n)).await?;
        tx.commit().await
    }
    .await;
    work.unwrap();
}
