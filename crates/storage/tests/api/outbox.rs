//! A message is in the outbox exactly when the transaction that wrote it was committed.

use serde_json::json;
use storage::{Message, StorageError, outbox};
use types::Timestamp;

use crate::support::{Fixture, on_both};

on_both!(
    a_rolled_back_transaction_leaves_no_message,
    the_depth_tells_the_oldest_message,
    an_empty_append_does_nothing,
);

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

async fn a_rolled_back_transaction_leaves_no_message(fixture: Fixture) {
    let work = fixture.db.transaction::<(), StorageError, _>(|tx| {
        Box::pin(async move {
            outbox::append(tx, NOON, &messages(3)).await?;
            Err(StorageError::Lost("as the test wants it"))
        })
    });
    assert!(work.await.is_err());
    let depth = outbox::depth(fixture.db.reader()).await.unwrap();
    assert_eq!((depth.waiting, depth.parked, depth.oldest), (0, 0, None));
}

async fn the_depth_tells_the_oldest_message(fixture: Fixture) {
    let later = NOON + std::time::Duration::from_secs(1);
    for (time, count) in [(later, 2), (NOON, 1)] {
        outbox::append(fixture.db.writer(), time, &messages(count))
            .await
            .unwrap();
    }
    let depth = outbox::depth(fixture.db.reader()).await.unwrap();
    assert_eq!((depth.waiting, depth.parked, depth.oldest), (3, 0, Some(NOON)));
}

async fn an_empty_append_does_nothing(fixture: Fixture) {
    outbox::append(fixture.db.writer(), NOON, &[]).await.unwrap();
    assert_eq!(outbox::depth(fixture.db.reader()).await.unwrap().waiting, 0);
}

fn messages(count: usize) -> Vec<Message> {
    let message = |n| Message {
        topic: "mail".to_owned(),
        key: format!("key_{n}"),
        payload: json!({ "n": n }),
        trace: None,
    };
    (0..count).map(message).collect()
}
