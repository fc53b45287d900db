//! Those who watch something of an account: so many at once, for so long, and only while they may.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, stream};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::{Code, Status};
use types::AccountId;

use crate::Refusal;
use crate::config::period;

/// How often it is made sure that a watcher may still watch.
const CHECK: Duration = Duration::from_secs(2);
/// When to try again to watch: watches last for minutes.
const WATCH_AGAIN: Duration = Duration::from_secs(10);

/// The limits of those who watch one thing.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WatchConfig {
    /// How often it is looked for what has changed.
    #[serde(deserialize_with = "period")]
    pub poll: Duration,
    /// How long a watch lasts before its caller is asked to begin anew: less than the server's
    /// `max_connection_age_grace`, so that no watch is cut when its connection is replaced.
    #[serde(deserialize_with = "period")]
    pub lifetime: Duration,
    /// How many watch at once in this process.
    pub watchers: usize,
    /// How many of one account do.
    pub watchers_per_account: usize,
}

impl Default for WatchConfig {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            lifetime: Duration::from_secs(4 * 60),
            watchers: 500,
            watchers_per_account: 20,
        }
    }
}

/// As many watch as can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are too many watchers")]
pub struct TooManyWatchers;

impl From<TooManyWatchers> for Status {
    fn from(_: TooManyWatchers) -> Self {
        let message = "Too many watch at this server; try again.";
        Refusal::new(Code::ResourceExhausted, "TOO_MANY_WATCHERS", message)
            .retry_after(WATCH_AGAIN)
            .into()
    }
}

/// The watchers of this process, and what those of each account were told last; cheap to clone.
#[derive(Clone, Debug)]
pub struct Watchers<V> {
    config: WatchConfig,
    watched: Arc<Mutex<HashMap<AccountId, watch::Sender<V>>>>,
}

impl<V: Default + PartialEq> Watchers<V> {
    /// Nobody watches yet.
    #[must_use]
    pub fn new(config: WatchConfig) -> Self {
        Self {
            config,
            watched: Arc::default(),
        }
    }

    /// Their limits.
    #[must_use]
    pub const fn config(&self) -> &WatchConfig {
        &self.config
    }

    /// A place among those who watch this account, until it is dropped. It changes whenever they are told something new.
    ///
    /// # Errors
    /// [`TooManyWatchers`] in this process, or of this account.
    pub fn join(&self, account: AccountId) -> Result<watch::Receiver<V>, TooManyWatchers> {
        let mut watched = self.occupied();
        let total: usize = watched.values().map(watch::Sender::receiver_count).sum();
        let sender = watched.entry(account).or_default();
        if total >= self.config.watchers || sender.receiver_count() >= self.config.watchers_per_account {
            return Err(TooManyWatchers);
        }
        Ok(sender.subscribe())
    }

    /// The accounts that somebody watches.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        self.occupied().keys().copied().collect()
    }

    /// Tells those who watch an account how it is, if that is new.
    pub fn tell(&self, account: AccountId, value: V) {
        if let Some(sender) = self.occupied().get(&account) {
            sender.send_if_modified(|known| {
                let is_new = *known != value;
                *known = value;
                is_new
            });
        }
    }

    /// Those places that somebody has; the others are forgotten.
    fn occupied(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<V>>> {
        // The map is whole whatever happened while it was locked.
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, sender| sender.receiver_count() > 0);
        watched
    }
}

/// What one watcher sees.
pub trait Watch: Send {
    /// A part of what they are told.
    type Part: Send;
    /// Why they are told no more.
    type Error: Send;

    /// What is new, if anything is. The first time it is where the watch begins, whether anything is new or not.
    fn look(&mut self) -> impl Future<Output = Result<Option<Self::Part>, Self::Error>> + Send;

    /// Waits until something may be new.
    fn changed(&mut self) -> impl Future<Output = ()> + Send;

    /// Whether nothing new can come after what was seen last.
    fn is_over(&self) -> bool {
        false
    }

    /// Whether the watcher may go on.
    fn check(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// All that a watcher is told: it ends when there is no more, after `lifetime`, or with an error, such as that they may not
/// go on.
pub fn watching<W: Watch>(watch: W, lifetime: Duration) -> impl Stream<Item = Result<W::Part, W::Error>> + Send {
    let now = Instant::now();
    let watching = Watching {
        watch,
        checked: now,
        end: now + lifetime,
    };
    stream::unfold(Some(watching), |watching| async {
        let mut watching = watching?;
        match watching.next().await {
            Ok(part) => part.map(|part| (Ok(part), Some(watching))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct Watching<W> {
    watch: W,
    checked: Instant,
    end: Instant,
}

impl<W: Watch> Watching<W> {
    /// What comes next; none when the watch is over.
    async fn next(&mut self) -> Result<Option<W::Part>, W::Error> {
        loop {
            let now = Instant::now();
            if now >= self.end {
                return Ok(None);
            }
            if now >= self.checked + CHECK {
                self.watch.check().await?;
                self.checked = now;
            }
            if let Some(part) = self.watch.look().await? {
                return Ok(Some(part));
            }
            if self.watch.is_over() {
                return Ok(None);
            }
            tokio::select! {
                () = self.watch.changed() => {}
                () = tokio::time::sleep_until(self.end.min(self.checked + CHECK)) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watchers() -> Watchers<u32> {
        Watchers::new(WatchConfig {
            watchers: 3,
            watchers_per_account: 2,
            ..WatchConfig::default()
        })
    }

    #[test]
    fn places_are_few_and_free_again_when_dropped() {
        let (watchers, one, other) = (watchers(), AccountId::new(), AccountId::new());
        let first = watchers.join(one).unwrap();
        let second = watchers.join(one).unwrap();
        assert_eq!(watchers.join(one).err(), Some(TooManyWatchers));
        let third = watchers.join(other).unwrap();
        assert_eq!(watchers.join(other).err(), Some(TooManyWatchers));
        drop((first, third));
        assert_eq!(watchers.accounts(), [one]);
        assert!(watchers.join(one).is_ok());
        drop(second);
        assert!(watchers.accounts().is_empty());
    }

    #[test]
    fn only_news_of_their_own_account_wakes_watchers() {
        let (watchers, one, other) = (watchers(), AccountId::new(), AccountId::new());
        let place = watchers.join(one).unwrap();
        watchers.tell(other, 7);
        watchers.tell(one, 0);
        assert!(!place.has_changed().unwrap());
        watchers.tell(one, 7);
        assert!(place.has_changed().unwrap());
    }

    /// Counts to `last`, then may not go on.
    struct Counting {
        next: u32,
        last: u32,
    }

    impl Watch for Counting {
        type Part = u32;
        type Error = &'static str;

        async fn look(&mut self) -> Result<Option<u32>, &'static str> {
            let part = (self.next <= self.last).then_some(self.next);
            self.next += 1;
            Ok(part)
        }

        async fn changed(&mut self) {
            std::future::pending().await
        }

        async fn check(&mut self) -> Result<(), &'static str> {
            if self.next > self.last { Err("no more") } else { Ok(()) }
        }
    }

    /// Whoever has counted to `last`, with as much time left, and was not looked after for long.
    fn at(next: u32, left: Duration) -> Watching<Counting> {
        let now = Instant::now();
        Watching {
            watch: Counting { next, last: 2 },
            checked: now.checked_sub(CHECK).unwrap_or(now),
            end: now + left,
        }
    }

    #[tokio::test]
    async fn a_watch_ends_by_time_or_by_losing_the_right() {
        assert_eq!(at(2, CHECK).next().await, Ok(Some(2)));
        assert_eq!(at(3, CHECK).next().await, Err("no more"));
        assert_eq!(at(2, Duration::ZERO).next().await, Ok(None));
    }
}
