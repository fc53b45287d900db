//! How often a cache knows what it is asked for.

use opentelemetry::metrics::BoundCounter;
use opentelemetry::{KeyValue, global};

/// Counts the look-ups of one cache.
#[derive(Clone, Debug)]
pub struct Lookups {
    hit: BoundCounter<u64>,
    miss: BoundCounter<u64>,
}

impl Lookups {
    /// For the cache known as `cache` in the process known as `service`.
    #[must_use]
    pub fn new(service: &str, cache: &'static str) -> Self {
        let counter = global::meter("usher")
            .u64_counter("usher.cache.lookups")
            .with_unit("{lookup}")
            .with_description("How often a cache was asked, and whether it knew.")
            .build();
        let counted = |result| {
            counter.bind(&[
                KeyValue::new("usher.service", service.to_owned()),
                KeyValue::new("cache", cache),
                KeyValue::new("result", result),
            ])
        };
        Self {
            hit: counted("hit"),
            miss: counted("miss"),
        }
    }

    /// The cache was asked, and knew or did not.
    pub fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hit } else { &self.miss };
        counter.add(1);
    }
}
