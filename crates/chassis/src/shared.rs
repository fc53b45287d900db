//! What processes share that may be lost: token look-ups, counts for limits, and notices; in Redis, or in memory.

mod memory;
mod redis;
mod subscription;

use std::time::Duration;

use serde::Deserialize;

pub use self::memory::Memory;
pub use self::redis::Redis;
pub use self::subscription::{Event, Subscription};
use crate::Secret;
use crate::config::period;

/// The shared store. Nothing in it is the truth: an outage makes look-ups answer nothing and limits let everything
/// through, is logged once, and fails no request.
#[derive(Clone, Debug)]
pub enum Shared {
    /// For several processes.
    Redis(Redis),
    /// For services in one process.
    Memory(Memory),
}

/// Where the shared store is.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SharedConfig {
    /// `redis://[:password@]host:port/database`.
    pub redis_url: Option<Secret>,
    /// What every key begins with.
    pub prefix: String,
    /// How long an operation may take before it counts as failed.
    #[serde(deserialize_with = "period")]
    pub timeout: Duration,
    /// How long the store is left alone after a failure.
    #[serde(deserialize_with = "period")]
    pub pause: Duration,
    /// The store in this process's memory, used when there is no URL.
    #[serde(skip)]
    pub memory: Option<Memory>,
}

impl Default for SharedConfig {
    fn default() -> Self {
        Self {
            redis_url: None,
            prefix: "usher:".to_owned(),
            timeout: Duration::from_millis(250),
            pause: Duration::from_secs(1),
            memory: None,
        }
    }
}

impl SharedConfig {
    /// The store in this process's memory; give the same to every service that shares it.
    #[must_use]
    pub fn memory(memory: Memory) -> Self {
        Self {
            memory: Some(memory),
            ..Self::default()
        }
    }
}

/// A shared store that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// None is configured.
    #[error("shared.redis_url: missing")]
    Missing,
    /// The URL is not one. It is not shown: it may contain a password.
    #[error("shared.redis_url: redis://host:port/database is expected")]
    Url,
}

/// Whether something that is limited may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// It may.
    Allowed,
    /// Not before this time has passed.
    RetryAfter(Duration),
}

impl Shared {
    /// Connects to the store. A Redis that cannot be reached is no error: it is tried again with each use.
    ///
    /// # Errors
    /// When no store is configured, or its URL cannot be read.
    pub fn connect(config: &SharedConfig) -> Result<Self, SharedError> {
        match (&config.redis_url, &config.memory) {
            (Some(url), _) => Redis::connect(url, config).map(Self::Redis),
            (None, Some(memory)) => Ok(Self::Memory(memory.clone())),
            (None, None) => Err(SharedError::Missing),
        }
    }

    /// What was put under `key`, unless its time is over or it was lost.
    pub async fn get(&self, key: &str) -> Option<String> {
        match self {
            Self::Redis(redis) => redis.get(key).await,
            Self::Memory(memory) => memory.get(key),
        }
    }

    /// Puts `value` under `key` for the time `ttl`.
    pub async fn put(&self, key: &str, value: &str, ttl: Duration) {
        match self {
            Self::Redis(redis) => redis.put(key, value, ttl).await,
            Self::Memory(memory) => memory.put(key, value, ttl),
        }
    }

    /// Removes what is under `key`.
    pub async fn delete(&self, key: &str) {
        match self {
            Self::Redis(redis) => redis.delete(key).await,
            Self::Memory(memory) => memory.delete(key),
        }
    }

    /// Counts one event under `key` and tells whether it is within `limit` events per `window`.
    ///
    /// A fixed window that opens with its first event: one counter a key and one round trip. At the border of two
    /// windows twice the limit can pass, which is good enough to slow down guessing.
    pub async fn hit(&self, key: &str, window: Duration, limit: u64) -> Hit {
        match self {
            Self::Redis(redis) => redis.hit(key, window, limit).await,
            Self::Memory(memory) => memory.hit(key, window, limit),
        }
    }

    /// Tells all who subscribe to `channel` at this moment; nobody else will ever hear of it.
    pub async fn publish(&self, channel: &str, message: &str) {
        match self {
            Self::Redis(redis) => redis.publish(channel, message).await,
            Self::Memory(memory) => memory.publish(channel, message),
        }
    }

    /// What is published on `channel` from now on, with a [`Event::Gap`] wherever something may have been missed.
    pub async fn subscribe(&self, channel: &str) -> Subscription {
        match self {
            Self::Redis(redis) => redis.subscribe(channel).await,
            Self::Memory(memory) => memory.subscribe(channel),
        }
    }
}

/// A time as Redis takes it: whole milliseconds, at least one.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX)
        .clamp(1, i64::MAX.unsigned_abs())
}
