//! The deliveries under way, counted by topic.

use std::collections::{BTreeMap, HashMap};

use tokio::task::{Id, JoinSet};
use tracing::Instrument;
use types::Timestamp;

/// Each flight answers when the earliest of its messages wants another try. Dropping them all stops them all.
#[derive(Debug, Default)]
pub(super) struct Flights {
    tasks: JoinSet<Option<Timestamp>>,
    topics: HashMap<Id, String>,
}

impl Flights {
    pub(super) fn launch(&mut self, topic: String, flight: impl Future<Output = Option<Timestamp>> + Send + 'static) {
        let task = self.tasks.spawn(flight.in_current_span());
        self.topics.insert(task.id(), topic);
    }

    /// The next flight's answer; `None` when none is under way.
    pub(super) async fn land(&mut self) -> Option<Option<Timestamp>> {
        match self.tasks.join_next_with_id().await? {
            Ok((task, earliest)) => {
                self.topics.remove(&task);
                Some(earliest)
            }
            Err(error) => {
                self.topics.remove(&error.id());
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a delivery broke down; its messages come back"
                );
                Some(None)
            }
        }
    }

    /// Waits until none is under way.
    pub(super) async fn all_land(&mut self) {
        while self.land().await.is_some() {}
    }

    /// The topics with `limit` flights or more.
    pub(super) fn busy(&self, limit: usize) -> Vec<String> {
        let mut flights: BTreeMap<&str, usize> = BTreeMap::new();
        for topic in self.topics.values() {
            *flights.entry(topic).or_default() += 1;
        }
        flights
            .into_iter()
            .filter(|&(_, flights)| flights >= limit.max(1))
            .map(|(topic, _)| topic.to_owned())
            .collect()
    }
}
