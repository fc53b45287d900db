//! What is measured of an outbox: what lies in it, for how long, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::metrics::{Counter, Gauge};
use opentelemetry::{KeyValue, global};
use types::Timestamp;

use crate::outbox::Depth;
use crate::relay::Delivery;

/// The instruments of one outbox. Replicas that work on the same one measure the same.
#[derive(Debug)]
pub(crate) struct Meters {
    service: KeyValue,
    messages: Gauge<u64>,
    parked: Gauge<u64>,
    age: Gauge<f64>,
    deliveries: Counter<u64>,
}

impl Meters {
    /// For the outbox of `service`.
    pub(crate) fn new(service: &'static str) -> Self {
        let meter = global::meter("usher");
        Self {
            service: KeyValue::new("usher.service", service),
            messages: meter
                .u64_gauge("usher.outbox.messages")
                .with_unit("{message}")
                .with_description("Messages still to be delivered.")
                .build(),
            parked: meter
                .u64_gauge("usher.outbox.parked")
                .with_unit("{message}")
                .with_description("Messages set aside for a person to look at.")
                .build(),
            age: meter
                .f64_gauge("usher.outbox.age")
                .with_unit("s")
                .with_description("How long the oldest message has waited to be delivered.")
                .build(),
            deliveries: meter
                .u64_counter("usher.outbox.deliveries")
                .with_unit("{message}")
                .with_description("Attempts to deliver a message, by what became of it.")
                .build(),
        }
    }

    /// What lies there now. `topics` are those that were ever seen: one of which nothing is left is told as empty.
    pub(crate) fn measured(&self, topics: &mut BTreeSet<String>, depths: BTreeMap<String, Depth>, now: Timestamp) {
        topics.extend(depths.keys().cloned());
        for topic in topics.iter() {
            let depth = depths.get(topic).copied().unwrap_or_default();
            let attributes = [self.service.clone(), KeyValue::new("topic", topic.clone())];
            let age = depth.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64());
            self.messages.record(depth.waiting, &attributes);
            self.parked.record(depth.parked, &attributes);
            self.age.record(age, &attributes);
        }
    }

    /// What became of a message of `topic`.
    pub(crate) fn delivered(&self, topic: &str, delivery: &Delivery) {
        let outcome = match delivery {
            Delivery::Done => "done",
            Delivery::Retry(_) => "retry",
            Delivery::Park(_) => "park",
        };
        let attributes = [
            self.service.clone(),
            KeyValue::new("topic", topic.to_owned()),
            KeyValue::new("outcome", outcome),
        ];
        self.deliveries.add(1, &attributes);
    }
}
