//! The shared store in memory, for services that share a process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Event, Hit, Subscription};

/// Notices a slow subscriber may lag behind before it gets a gap.
const BACKLOG: usize = 1_024;
/// Entries at which those whose time is over are first swept out.
const SWEEP: usize = 1_024;

/// A store in this process's memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    values: HashMap<String, (String, Instant)>,
    counts: HashMap<String, (u64, Instant)>,
    channels: HashMap<String, broadcast::Sender<String>>,
    sweep_at: usize,
}

impl Memory {
    pub(super) fn get(&self, key: &str) -> Option<String> {
        let state = self.state();
        let (value, end) = state.values.get(key)?;
        (Instant::now() < *end).then(|| value.clone())
    }

    pub(super) fn put(&self, key: &str, value: &str, ttl: Duration) {
        let mut state = self.state();
        state.sweep();
        state
            .values
            .insert(key.to_owned(), (value.to_owned(), end(Instant::now(), ttl)));
    }

    pub(super) fn delete(&self, key: &str) {
        self.state().values.remove(key);
    }

    pub(super) fn hit(&self, key: &str, window: Duration, limit: u64) -> Hit {
        let mut state = self.state();
        state.sweep();
        let now = Instant::now();
        let (count, end) = state
            .counts
            .entry(key.to_owned())
            .or_insert_with(|| (0, end(now, window)));
        if now >= *end {
            (*count, *end) = (0, self::end(now, window));
        }
        *count = count.saturating_add(1);
        if *count <= limit {
            Hit::Allowed
        } else {
            Hit::RetryAfter(*end - now)
        }
    }

    pub(super) fn publish(&self, channel: &str, message: &str) {
        if let Some(sender) = self.state().channels.get(channel) {
            // An error means that nobody listens, which is fine.
            let _ = sender.send(message.to_owned());
        }
    }

    pub(super) fn subscribe(&self, channel: &str) -> Subscription {
        let new = || broadcast::channel(BACKLOG).0;
        let receiver = self
            .state()
            .channels
            .entry(channel.to_owned())
            .or_insert_with(new)
            .subscribe();
        Subscription::fed_by(|events| feed(receiver, events))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic between two lines of this file cannot leave the maps half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Sweeps out what has ended whenever the store has doubled, so that keys nobody asks for again do not stay.
    fn sweep(&mut self) {
        if self.values.len() + self.counts.len() < self.sweep_at.max(SWEEP) {
            return;
        }
        let now = Instant::now();
        self.values.retain(|_, (_, end)| now < *end);
        self.counts.retain(|_, (_, end)| now < *end);
        self.sweep_at = 2 * (self.values.len() + self.counts.len());
    }
}

async fn feed(mut receiver: broadcast::Receiver<String>, events: mpsc::Sender<Event>) {
    loop {
        let event = match receiver.recv().await {
            Ok(message) => Event::Message(message),
            Err(RecvError::Lagged(_)) => Event::Gap,
            Err(RecvError::Closed) => return,
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

/// The end of a time that begins `now`.
fn end(now: Instant, ttl: Duration) -> Instant {
    now.checked_add(ttl)
        .unwrap_or(now + Duration::from_secs(u64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_does_not_stay() {
        let memory = Memory::default();
        for n in 0..5_000 {
            memory.put(&n.to_string(), "x", Duration::ZERO);
        }
        assert!(memory.state().values.len() <= SWEEP);
    }

    #[tokio::test]
    async fn a_subscriber_that_falls_behind_is_told() {
        let memory = Memory::default();
        let mut subscription = memory.subscribe("channel");
        for n in 0..4 * BACKLOG {
            memory.publish("channel", &n.to_string());
        }
        let mut events = Vec::new();
        while events.last() != Some(&Event::Message((4 * BACKLOG - 1).to_string())) {
            events.push(subscription.next().await.unwrap());
        }
        assert!(events.contains(&Event::Gap));
    }
}
