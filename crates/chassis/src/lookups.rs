//! How often a cache knows what it is asked for.

use opentelemetry::metrics::Counter;
use opentelemetry::{KeyValue, global};

/// Counts the look-ups of one cache.
#[derive(Clone, Debug)]
pub struct Lookups {
    counter: Counter<u64>,
    hit: [KeyValue; 3],
    miss: [KeyValue; 3],
}

impl Lookups {
    /// For the cache known as `cache` in the process known as `service`.
    #[must_use]
    pub fn new(service: &str, cache: &'static str) -> Self {
        let attributes = |result| {
            [
                KeyValue::new("usher.service", service.to_owned()),
                KeyValue::new("cache", cache),
                KeyValue::new("result", result),
            ]
        };
        Self {
            counter: global::meter("usher")
                .u64_counter("usher.cache.lookups")
                .with_unit("{lookup}")
                .with_description("How often a cache was asked, and whether it knew.")
                .build(),
            hit: attributes("hit"),
            miss: attributes("miss"),
        }
    }

    /// The cache was asked, and knew or did not.
    pub fn count(&self, is_hit: bool) {
        let attributes = if is_hit { &self.hit } else { &self.miss };
        self.counter.add(1, attributes);
    }
}
