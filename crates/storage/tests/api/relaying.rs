//! What the relay promises about every message.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use storage::{Database, Delivery, Message, Relay, RelayConfig, RelayWaker, outbox};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use types::{Clock, Timestamp};

use crate::support::{Answer, Fixture, Script, count, eventually, on_both};

on_both!(
    a_message_is_delivered_as_soon_as_the_relay_is_woken,
    a_message_is_found_without_a_wake,
    a_message_is_tried_until_it_is_taken,
    each_message_of_a_batch_is_finished_by_its_own_answer,
    a_topic_that_hangs_delays_no_other,
    a_message_that_panics_keeps_only_itself_waiting,
    two_relays_deliver_each_message_once,
    a_lease_that_ran_out_is_taken_over,
    an_attempt_that_outlived_its_lease_finishes_nothing,
    a_relay_that_is_stopped_finishes_what_is_under_way,
    a_relay_that_is_stopped_gives_back_what_takes_too_long,
);

const LEASE: Duration = Duration::from_secs(30);

/// A relay at work.
struct Running {
    waker: RelayWaker,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(db: &Database, clock: &Clock, config: RelayConfig, script: &Script) -> Self {
        let relay = Relay::new("test", db.clone(), clock.clone(), config, script.clone());
        let (waker, stop) = (relay.waker(), CancellationToken::new());
        let task = tokio::spawn(relay.run(stop.clone()));
        Self { waker, stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn quick() -> RelayConfig {
    RelayConfig {
        poll_interval: Duration::from_millis(10),
        lease: LEASE,
        backoff_min: Duration::from_millis(1),
        backoff_max: Duration::from_millis(5),
        ..RelayConfig::default()
    }
}

async fn a_message_is_delivered_as_soon_as_the_relay_is_woken(fixture: Fixture) {
    let config = RelayConfig {
        poll_interval: Duration::from_secs(3_600),
        ..quick()
    };
    let script = Script::obliging();
    let relay = Running::start(&fixture.db, &Clock::system(), config, &script);
    for key in ["one", "two", "three"] {
        append(&fixture.db, &[("mail", key)]).await;
        relay.waker.wake();
        eventually(1, async || script.times(key)).await;
    }
    eventually((0, 0), async || depth(&fixture.db).await).await;
}

async fn a_message_is_found_without_a_wake(fixture: Fixture) {
    let script = Script::obliging();
    let _relay = Running::start(&fixture.db, &Clock::system(), quick(), &script);
    append(&fixture.db, &[("mail", "one")]).await;
    eventually(1, async || script.times("one")).await;
}

async fn a_message_is_tried_until_it_is_taken(fixture: Fixture) {
    let script = Script::new(|_, before| {
        Answer::Give(if before < 4 {
            Delivery::Retry("not yet".to_owned())
        } else {
            Delivery::Done
        })
    });
    // An hour between polls: retries keep their own time.
    let config = RelayConfig {
        poll_interval: Duration::from_secs(3_600),
        ..quick()
    };
    append(&fixture.db, &[("mail", "one")]).await;
    let relay = Running::start(&fixture.db, &Clock::system(), config, &script);
    eventually((0, 0), async || depth(&fixture.db).await).await;
    assert_eq!(script.times("one"), 5);
    relay.stop().await;
}

async fn each_message_of_a_batch_is_finished_by_its_own_answer(fixture: Fixture) {
    let script = Script::new(|message, _| {
        Answer::Give(match message.key.as_str() {
            "poison" => Delivery::Park("unreadable".to_owned()),
            "late" => Delivery::Retry("busy".to_owned()),
            _ => Delivery::Done,
        })
    });
    // The clock stands still: what is postponed stays so until the test moves it.
    let clock = Clock::manual(NOON);
    append(
        &fixture.db,
        &[("mail", "good"), ("mail", "poison"), ("mail", "late"), ("mail", "fine")],
    )
    .await;
    let relay = Running::start(&fixture.db, &clock, quick(), &script);
    eventually((1, 1), async || depth(&fixture.db).await).await;
    for times in 2..5 {
        clock.advance(Duration::from_secs(1));
        eventually(times, async || script.times("late")).await;
    }
    relay.stop().await;
    assert_eq!(
        [script.times("good"), script.times("poison"), script.times("fine")],
        [1, 1, 1]
    );
    let parked =
        "SELECT count(*) AS n FROM outbox WHERE key = 'poison' AND last_error = 'unreadable' AND park_time > 0";
    assert_eq!(count(fixture.db.reader(), parked).await, 1);
}

async fn a_topic_that_hangs_delays_no_other(fixture: Fixture) {
    let script = Script::new(|message, _| {
        if message.topic == "stuck" {
            Answer::Hang
        } else {
            Answer::Give(Delivery::Done)
        }
    });
    let keys: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    // More stuck messages than batches of them may be under way, and all older than the others.
    append(
        &fixture.db,
        &keys.iter().map(|key| ("stuck", key.as_str())).collect::<Vec<_>>(),
    )
    .await;
    append(&fixture.db, &[("mail", "one"), ("seats", "two")]).await;
    let config = RelayConfig { batch: 3, ..quick() };
    let relay = Running::start(&fixture.db, &Clock::manual(NOON), config, &script);
    for key in ["one", "two"] {
        eventually(true, async || script.seen().contains_key(key)).await;
    }
    eventually((20, 0), async || depth(&fixture.db).await).await;
    relay.task.abort();
}

async fn a_message_that_panics_keeps_only_itself_waiting(fixture: Fixture) {
    let script = Script::new(|message, _| {
        if message.key == "bomb" {
            Answer::Panic
        } else {
            Answer::Give(Delivery::Done)
        }
    });
    append(&fixture.db, &[("mail", "one"), ("mail", "bomb"), ("mail", "two")]).await;
    let relay = Running::start(&fixture.db, &Clock::manual(NOON), quick(), &script);
    eventually((1, 0), async || depth(&fixture.db).await).await;
    relay.stop().await;
    let left = "SELECT count(*) AS n FROM outbox WHERE key = 'bomb' AND owner IS NULL";
    assert_eq!(count(fixture.db.reader(), left).await, 1);
}

async fn two_relays_deliver_each_message_once(fixture: Fixture) {
    let other = Database::connect(&fixture.config).await.unwrap();
    let keys: Vec<_> = (0..500).map(|n| format!("{n:03}")).collect();
    append(
        &fixture.db,
        &keys.iter().map(|key| ("mail", key.as_str())).collect::<Vec<_>>(),
    )
    .await;
    let script = Script::obliging();
    let config = RelayConfig { batch: 7, ..quick() };
    let relays = [&fixture.db, &other].map(|db| Running::start(db, &Clock::system(), config.clone(), &script));
    eventually((0, 0), async || depth(&fixture.db).await).await;
    for relay in relays {
        relay.stop().await;
    }
    assert_eq!(script.seen(), keys.into_iter().map(|key| (key, 1)).collect());
}

async fn a_lease_that_ran_out_is_taken_over(fixture: Fixture) {
    let clock = Clock::manual(NOON);
    append(&fixture.db, &[("mail", "one")]).await;
    let stuck = Script::new(|_, _| Answer::Hang);
    let dying = Running::start(&fixture.db, &clock, quick(), &stuck);
    eventually(1, async || stuck.times("one")).await;
    dying.task.abort();
    assert!(dying.task.await.unwrap_err().is_cancelled());

    let script = Script::obliging();
    let config = RelayConfig {
        poll_interval: Duration::from_secs(3_600),
        ..quick()
    };
    let successor = Running::start(&fixture.db, &clock, config, &script);
    // Within the lease it is left alone: this one, appended later, comes first.
    append(&fixture.db, &[("mail", "two")]).await;
    successor.waker.wake();
    eventually(1, async || script.times("two")).await;
    assert_eq!(script.times("one"), 0);
    clock.advance(LEASE);
    successor.waker.wake();
    eventually((0, 0), async || depth(&fixture.db).await).await;
    assert_eq!(script.times("one"), 1);
}

async fn an_attempt_that_outlived_its_lease_finishes_nothing(fixture: Fixture) {
    let clock = Clock::manual(NOON);
    append(&fixture.db, &[("mail", "one")]).await;
    let start = |gate: &Arc<Semaphore>| {
        let gate = Arc::clone(gate);
        let script = Script::new(move |_, _| Answer::After(Arc::clone(&gate)));
        (Running::start(&fixture.db, &clock, quick(), &script), script)
    };
    let gates = [Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0))];
    let (early, script) = start(&gates[0]);
    eventually(1, async || script.times("one")).await;
    // Stops it from claiming again; what is under way goes on.
    early.stop.cancel();
    clock.advance(LEASE);
    let (late, script) = start(&gates[1]);
    eventually(1, async || script.times("one")).await;

    gates[0].add_permits(1);
    early.stop().await;
    assert_eq!(
        depth(&fixture.db).await,
        (1, 0),
        "the early attempt finished its successor's message"
    );
    gates[1].add_permits(1);
    late.stop().await;
    assert_eq!(depth(&fixture.db).await, (0, 0));
}

async fn a_relay_that_is_stopped_finishes_what_is_under_way(fixture: Fixture) {
    let gate = Arc::new(Semaphore::new(0));
    let key = Arc::clone(&gate);
    let script = Script::new(move |_, _| Answer::After(Arc::clone(&key)));
    append(&fixture.db, &[("mail", "one")]).await;
    let relay = Running::start(&fixture.db, &Clock::system(), quick(), &script);
    eventually(1, async || script.times("one")).await;
    relay.stop.cancel();
    gate.add_permits(1);
    relay.stop().await;
    assert_eq!(depth(&fixture.db).await, (0, 0));
}

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// Appends messages (topic, key), each a microsecond after the one before.
async fn a_relay_that_is_stopped_gives_back_what_takes_too_long(fixture: Fixture) {
    // Time does not go on, so that no lease runs out and no back-off ends.
    let clock = Clock::manual(NOON);
    append(&fixture.db, &[("mail", "one"), ("mail", "two")]).await;
    let stuck = Script::new(|_, _| Answer::Hang);
    let config = RelayConfig {
        drain_timeout: Duration::from_millis(10),
        backoff_min: LEASE,
        backoff_max: LEASE,
        ..quick()
    };
    let relay = Running::start(&fixture.db, &clock, config, &stuck);
    eventually(1, async || stuck.times("one")).await;
    relay.stop().await;

    let script = Script::obliging();
    let successor = Running::start(&fixture.db, &clock, quick(), &script);
    eventually((0, 0), async || depth(&fixture.db).await).await;
    assert_eq!((script.times("one"), script.times("two")), (1, 1));
    successor.stop().await;
}

async fn append(db: &Database, messages: &[(&str, &str)]) {
    let message = |&(topic, key): &(&str, &str)| Message {
        topic: topic.to_owned(),
        key: key.to_owned(),
        payload: json!({ "key": key }),
        trace: None,
    };
    let messages: Vec<_> = messages.iter().map(message).collect();
    outbox::append(db.writer(), NOON, &messages).await.unwrap();
}

async fn depth(db: &Database) -> (u64, u64) {
    let depth = outbox::depth(db.reader()).await.unwrap();
    (depth.waiting, depth.parked)
}
