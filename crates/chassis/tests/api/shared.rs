//! The shared store: the same in Redis and in memory, and no request fails when Redis does.

use std::time::Duration;

use chassis::{Event, Hit, Memory, Secret, Shared, SharedConfig, SharedError, Subscription};
use testkit::{Network, Proxy, Redis, eventually};

use crate::support::DEADLINE;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(50);

fn redis_config(url: &str) -> SharedConfig {
    SharedConfig {
        redis_url: Some(Secret::new(url).unwrap()),
        prefix: format!("test-{:x}:", rand::random::<u64>()),
        timeout: Duration::from_secs(2),
        pause: Duration::from_millis(20),
        memory: None,
    }
}

async fn next(subscription: &mut Subscription) -> Event {
    tokio::time::timeout(DEADLINE, subscription.next())
        .await
        .unwrap()
        .unwrap()
}

async fn both(redis: &Redis) -> [Shared; 2] {
    let config = redis_config(&redis.database().await);
    [
        Shared::connect(&config).unwrap(),
        Shared::connect(&SharedConfig::memory(Memory::default())).unwrap(),
    ]
}

#[tokio::test]
async fn what_is_put_is_got_until_it_is_deleted_or_its_time_is_over() {
    let redis = Redis::shared().await;
    for shared in both(&redis).await {
        assert_eq!(shared.get("key").await, None);
        shared.put("key", "one", LONG).await;
        shared.put("key", "two", LONG).await;
        assert_eq!(shared.get("key").await.as_deref(), Some("two"));
        shared.delete("key").await;
        assert_eq!(shared.get("key").await, None);
        shared.put("brief", "x", SHORT).await;
        eventually(DEADLINE, async || {
            shared.get("brief").await.map_or(Ok(()), |_| Err("still there"))
        })
        .await;
    }
}

#[tokio::test]
async fn events_over_the_limit_wait_for_the_next_window() {
    let redis = Redis::shared().await;
    for shared in both(&redis).await {
        for _ in 0..3 {
            assert_eq!(shared.hit("long", LONG, 3).await, Hit::Allowed);
        }
        let Hit::RetryAfter(delay) = shared.hit("long", LONG, 3).await else {
            panic!("the fourth of three")
        };
        assert!(delay > LONG / 2 && delay <= LONG, "{delay:?}");
        assert_eq!(shared.hit("another", LONG, 3).await, Hit::Allowed);
        let mut allowed = shared.hit("short", SHORT, 0).await;
        assert!(
            matches!(allowed, Hit::RetryAfter(delay) if delay <= SHORT),
            "{allowed:?}"
        );
        eventually(DEADLINE, async || {
            allowed = shared.hit("short", SHORT, 1).await;
            if allowed == Hit::Allowed {
                Ok(())
            } else {
                Err("the window is still open")
            }
        })
        .await;
    }
}

#[tokio::test]
async fn subscribers_of_a_channel_hear_what_is_published_in_order() {
    let redis = Redis::shared().await;
    for shared in both(&redis).await {
        let (mut one, mut two, mut other) = (
            shared.subscribe("news").await,
            shared.subscribe("news").await,
            shared.subscribe("sport").await,
        );
        for message in ["a", "b"] {
            shared.publish("news", message).await;
        }
        shared.publish("sport", "c").await;
        for subscription in [&mut one, &mut two] {
            assert_eq!(next(subscription).await, Event::Message("a".into()));
            assert_eq!(next(subscription).await, Event::Message("b".into()));
        }
        assert_eq!(next(&mut other).await, Event::Message("c".into()));
    }
}

#[tokio::test]
async fn an_outage_of_redis_degrades_and_passes() {
    let redis = Redis::shared().await;
    let url = redis.database().await;
    let (address, database) = url.trim_start_matches("redis://").split_once('/').unwrap();
    let proxy = Proxy::start(address).await.unwrap();
    let config = SharedConfig {
        timeout: Duration::from_millis(200),
        ..redis_config(&format!("redis://{}/{database}", proxy.address()))
    };
    for outage in [Network::Cut, Network::Stalled] {
        let shared = Shared::connect(&config).unwrap();
        shared.put("key", "value", LONG).await;
        let mut subscription = shared.subscribe("news").await;
        eventually(DEADLINE, async || shared.get("key").await.ok_or("not there")).await;
        proxy.set(outage);
        assert_eq!(shared.get("key").await, None);
        shared.put("key", "lost", LONG).await;
        shared.publish("news", "lost").await;
        for _ in 0..3 {
            assert_eq!(shared.hit("limit", LONG, 0).await, Hit::Allowed);
        }
        proxy.set(Network::Fine);
        eventually(DEADLINE, async || {
            shared
                .get("key")
                .await
                .filter(|value| value == "value")
                .ok_or("not back")
        })
        .await;
        eventually(DEADLINE, async || match shared.hit("limit", LONG, 0).await {
            Hit::Allowed => Err("limits are still off"),
            Hit::RetryAfter(_) => Ok(()),
        })
        .await;
        if matches!(outage, Network::Cut) {
            assert_eq!(next(&mut subscription).await, Event::Gap);
            shared.publish("news", "heard").await;
            assert_eq!(next(&mut subscription).await, Event::Message("heard".into()));
        }
    }
}

#[tokio::test]
async fn a_process_starts_while_redis_is_away() {
    let port = testkit::free_port().unwrap();
    let shared = Shared::connect(&redis_config(&format!("redis://127.0.0.1:{port}"))).unwrap();
    assert_eq!(shared.get("key").await, None);
    assert_eq!(shared.hit("key", LONG, 0).await, Hit::Allowed);
}

#[tokio::test]
async fn a_store_that_is_not_configured_is_refused() {
    assert!(matches!(
        Shared::connect(&SharedConfig::default()),
        Err(SharedError::Missing)
    ));
    let config = redis_config("http://secret@host");
    let error = Shared::connect(&config).unwrap_err();
    assert!(
        matches!(error, SharedError::Url) && !error.to_string().contains("secret"),
        "{error}"
    );
}
