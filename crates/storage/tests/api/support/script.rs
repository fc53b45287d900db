//! A receiver of messages that answers as it is told, and remembers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use storage::{Deliver, Delivery, Message};

/// What to do with one message.
pub enum Answer {
    Give(Delivery),
    Hang,
    Panic,
    /// Answer `Done` once the semaphore lets it.
    After(Arc<tokio::sync::Semaphore>),
}

type Rule = dyn Fn(&Message, usize) -> Answer + Send + Sync;

/// Asks `rule` about each message, with the number of times that its key came before.
#[derive(Clone)]
pub struct Script {
    rule: Arc<Rule>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub fn new(rule: impl Fn(&Message, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            rule: Arc::new(rule),
            seen: Arc::default(),
        }
    }

    /// Takes everything.
    pub fn obliging() -> Self {
        Self::new(|_, _| Answer::Give(Delivery::Done))
    }

    /// How often each key came.
    pub fn seen(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for key in self.seen.lock().unwrap().iter() {
            *counts.entry(key.clone()).or_default() += 1;
        }
        counts
    }

    /// How often `key` came.
    pub fn times(&self, key: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == key).count()
    }
}

impl Deliver for Script {
    async fn deliver(&self, _topic: &str, batch: &[Message]) -> Vec<Delivery> {
        let mut answers = Vec::new();
        for message in batch {
            let before = self.times(&message.key);
            self.seen.lock().unwrap().push(message.key.clone());
            answers.push(match (self.rule)(message, before) {
                Answer::Give(delivery) => delivery,
                Answer::Hang => std::future::pending().await,
                Answer::Panic => panic!("as the script says"),
                Answer::After(gate) => {
                    gate.acquire().await.unwrap().forget();
                    Delivery::Done
                }
            });
        }
        answers
    }
}
