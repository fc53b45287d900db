//! The shared store in Redis: one multiplexed connection for commands, one per subscription.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, RedisResult};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::{Event, Hit, SharedConfig, SharedError, Subscription, millis};
use crate::Secret;

/// How often a silent subscription's connection is tried.
const PING: Duration = Duration::from_secs(15);
/// How long a subscriber waits to be subscribed before it goes on without.
const SUBSCRIBE: Duration = Duration::from_secs(2);

/// A store in Redis; clones share the connection.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    commands: ConnectionManager,
    prefix: String,
    timeout: Duration,
    pause: Duration,
    started: Instant,
    /// Milliseconds after `started` until which Redis is left alone.
    alone_until: AtomicU64,
    failing: AtomicBool,
}

impl Redis {
    pub(super) fn connect(url: &Secret, config: &SharedConfig) -> Result<Self, SharedError> {
        let client = Client::open(url.expose()).map_err(|_| SharedError::Url)?;
        let manager = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(config.timeout))
            .set_response_timeout(Some(config.timeout));
        let commands =
            ConnectionManager::new_lazy_with_config(client.clone(), manager).map_err(|_| SharedError::Url)?;
        Ok(Self(Arc::new(Inner {
            client,
            commands,
            prefix: config.prefix.clone(),
            timeout: config.timeout,
            pause: config.pause,
            started: Instant::now(),
            alone_until: AtomicU64::new(0),
            failing: AtomicBool::new(false),
        })))
    }

    pub(super) async fn get(&self, key: &str) -> Option<String> {
        let key = self.0.key(key);
        self.0
            .run(|mut redis| async move { redis.get(key).await })
            .await
            .flatten()
    }

    pub(super) async fn put(&self, key: &str, value: &str, ttl: Duration) {
        let key = self.0.key(key);
        self.0
            .run(|mut redis| async move { redis.pset_ex::<_, _, ()>(key, value, millis(ttl)).await })
            .await;
    }

    pub(super) async fn delete(&self, key: &str) {
        let key = self.0.key(key);
        self.0
            .run(|mut redis| async move { redis.del::<_, ()>(key).await })
            .await;
    }

    pub(super) async fn hit(&self, key: &str, window: Duration, limit: u64) -> Hit {
        let key = self.0.key(key);
        let counted = self.0.run(|mut redis| async move {
            // SET NX opens the window, so that a counter can never be left without an end.
            let mut pipe = redis::pipe();
            pipe.atomic()
                .cmd("SET")
                .arg(&key)
                .arg(0)
                .arg("PX")
                .arg(millis(window))
                .arg("NX")
                .ignore();
            pipe.cmd("INCR").arg(&key).cmd("PTTL").arg(&key);
            pipe.query_async::<(u64, i64)>(&mut redis).await
        });
        match counted.await {
            Some((count, remaining)) if count > limit => Hit::RetryAfter(Duration::from_millis(
                u64::try_from(remaining).unwrap_or_default().max(1),
            )),
            Some(_) | None => Hit::Allowed,
        }
    }

    pub(super) async fn publish(&self, channel: &str, message: &str) {
        let channel = self.0.key(channel);
        self.0
            .run(|mut redis| async move { redis.publish::<_, _, ()>(channel, message).await })
            .await;
    }

    pub(super) async fn subscribe(&self, channel: &str) -> Subscription {
        let (ready, subscribed) = oneshot::channel();
        let (inner, channel) = (Arc::clone(&self.0), self.0.key(channel));
        let subscription = Subscription::fed_by(|events| async move { inner.feed(channel, events, ready).await });
        // When Redis is away, the subscriber starts with a gap instead of waiting for it.
        let _ = timeout(SUBSCRIBE, subscribed).await;
        subscription
    }
}

impl Inner {
    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Runs one operation; `None` when Redis fails, is slow, or has just failed.
    async fn run<T, F>(&self, operation: impl FnOnce(ConnectionManager) -> F) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if self.elapsed() < self.alone_until.load(Ordering::Relaxed) {
            return None;
        }
        match timeout(self.timeout, operation(self.commands.clone())).await {
            Ok(Ok(value)) => {
                self.works();
                Some(value)
            }
            Ok(Err(error)) => self.fails(&error.to_string()),
            Err(_elapsed) => self.fails("it takes too long"),
        }
    }

    fn works(&self) {
        if self.failing.load(Ordering::Relaxed) && self.failing.swap(false, Ordering::Relaxed) {
            tracing::info!("Redis is back");
        }
    }

    fn fails<T>(&self, error: &str) -> Option<T> {
        self.alone_until
            .store(self.elapsed().saturating_add(millis(self.pause)), Ordering::Relaxed);
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                error,
                "Redis fails: look-ups go to the database and limits are off until it is back"
            );
        }
        None
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Passes on what is published, subscribing again after every loss.
    async fn feed(&self, channel: String, events: mpsc::Sender<Event>, ready: oneshot::Sender<()>) {
        let mut ready = Some(ready);
        let mut first = true;
        while !events.is_closed() {
            let lost = self.listen(&channel, &events, &mut ready, first).await;
            if let Err(error) = lost {
                tracing::warn!(%error, "a subscription to Redis is lost; subscribing again");
            }
            // Not the first time any more, even when it did not succeed: something may have been published meanwhile.
            first = false;
            tokio::time::sleep(self.pause).await;
        }
    }

    async fn listen(
        &self,
        channel: &str,
        events: &mpsc::Sender<Event>,
        ready: &mut Option<oneshot::Sender<()>>,
        first: bool,
    ) -> RedisResult<()> {
        let late = |_| RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
        let (mut sink, mut stream) = timeout(SUBSCRIBE, self.client.get_async_pubsub())
            .await
            .map_err(late)??
            .split();
        timeout(SUBSCRIBE, sink.subscribe(channel)).await.map_err(late)??;
        if !first && events.send(Event::Gap).await.is_err() {
            return Ok(());
        }
        if let Some(ready) = ready.take() {
            // An error means that the subscriber waits no longer.
            let _ = ready.send(());
        }
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = stream.next() => {
                    let Some(message) = message else { return Ok(()) };
                    if events.send(Event::Message(message.get_payload()?)).await.is_err() {
                        return Ok(());
                    }
                }
                _ = ping.tick() => timeout(SUBSCRIBE, sink.ping::<redis::Value>()).await.map_err(late)?.map(|_| ())?,
                () = events.closed() => return Ok(()),
            }
        }
    }
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("prefix", &self.0.prefix)
            .finish_non_exhaustive()
    }
}
