//! What is promised of messages that a commit hands over to the relay of its process.

use std::time::Duration;

use serde_json::json;
use storage::{Database, Delivery, Handover, Message, Relay, RelayConfig, RelayWaker, outbox};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use types::{Clock, Timestamp};

use crate::support::{Answer, Fixture, Script, eventually, on_both};

on_both!(
    what_is_handed_over_is_delivered_without_a_look,
    what_is_never_said_to_be_committed_is_delivered_after_its_lease,
    what_there_is_no_room_for_is_looked_for,
    a_relay_that_is_stopped_delivers_what_it_has_in_hand,
);

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const LEASE: Duration = Duration::from_secs(30);
/// The topic that hangs.
const STUCK: &str = "stuck";

/// A relay that looks only when it is rung.
struct Running {
    waker: RelayWaker,
    script: Script,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(db: &Database, clock: &Clock) -> Self {
        let script = Script::new(|message, _| {
            if message.key == STUCK {
                Answer::Hang
            } else {
                Answer::Give(Delivery::Done)
            }
        });
        let config = RelayConfig {
            poll_interval: Duration::from_secs(3_600),
            lease: LEASE,
            batch: 2,
            ..RelayConfig::default()
        };
        let relay = Relay::new("test", db.clone(), clock.clone(), config, script.clone());
        let (waker, stop) = (relay.waker(), CancellationToken::new());
        let task = tokio::spawn(relay.run(stop.clone()));
        let running = Self {
            waker,
            script,
            stop,
            task,
        };
        // Its first look is over.
        running.look(db, "first").await;
        running
    }

    /// Has it look at the table, where it finds this one.
    async fn look(&self, db: &Database, key: &str) {
        outbox::append(db.writer(), NOON, &[message(key)]).await.unwrap();
        self.waker.wake();
        eventually(1, async || self.script.times(key)).await;
    }

    async fn append(&self, db: &Database, keys: &[&str]) -> Handover {
        let messages = keys.iter().map(|key| message(key)).collect();
        self.waker.append(db.writer(), NOON, messages).await.unwrap()
    }
}

fn message(key: &str) -> Message {
    Message {
        topic: key.to_owned(),
        key: key.to_owned(),
        payload: json!({ "key": key }),
        trace: None,
    }
}

async fn waiting(db: &Database) -> u64 {
    outbox::depth(db.reader()).await.unwrap().waiting
}

async fn what_is_handed_over_is_delivered_without_a_look(fixture: Fixture) {
    let relay = Running::start(&fixture.db, &Clock::manual(NOON)).await;
    relay.append(&fixture.db, &["one", "two"]).await.committed();
    eventually(0, async || waiting(&fixture.db).await).await;
    assert_eq!((relay.script.times("one"), relay.script.times("two")), (1, 1));
}

async fn what_is_never_said_to_be_committed_is_delivered_after_its_lease(fixture: Fixture) {
    let clock = Clock::manual(NOON);
    let relay = Running::start(&fixture.db, &clock).await;
    drop(relay.append(&fixture.db, &["one", "two"]).await);
    relay.look(&fixture.db, "three").await;
    assert_eq!((relay.script.times("one"), relay.script.times("two")), (0, 0));
    clock.advance(LEASE);
    relay.waker.wake();
    eventually(0, async || waiting(&fixture.db).await).await;
    assert_eq!((relay.script.times("one"), relay.script.times("two")), (1, 1));
}

async fn what_there_is_no_room_for_is_looked_for(fixture: Fixture) {
    let relay = Running::start(&fixture.db, &Clock::manual(NOON)).await;
    relay.append(&fixture.db, &[STUCK, STUCK]).await.committed();
    eventually(1, async || relay.script.times(STUCK)).await;
    let third = relay.append(&fixture.db, &["one"]).await;
    // It is anybody's: had it been handed over, no look would find it.
    relay.look(&fixture.db, "two").await;
    eventually(1, async || relay.script.times("one")).await;
    third.committed();
    eventually(2, async || waiting(&fixture.db).await).await;
    assert_eq!(relay.script.times("one"), 1);
}

async fn a_relay_that_is_stopped_delivers_what_it_has_in_hand(fixture: Fixture) {
    let relay = Running::start(&fixture.db, &Clock::manual(NOON)).await;
    relay.append(&fixture.db, &["one"]).await.committed();
    relay.stop.cancel();
    relay.task.await.unwrap();
    assert_eq!(waiting(&fixture.db).await, 0);
}
