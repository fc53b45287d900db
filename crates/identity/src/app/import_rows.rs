//! How many rows of files have come to something.

use opentelemetry::metrics::Counter;
use opentelemetry::{KeyValue, global};

use crate::domain::import::Counts;

/// Counts them; cheap to clone.
#[derive(Clone, Debug)]
pub struct ImportRows {
    counter: Counter<u64>,
    done: [KeyValue; 1],
    failed: [KeyValue; 1],
}

impl ImportRows {
    /// None yet.
    pub fn new() -> Self {
        let rows = Self {
            counter: global::meter("usher")
                .u64_counter("usher.import.rows")
                .with_unit("{row}")
                .with_description("Rows of imported files that came to something, by whether it was done.")
                .build(),
            done: [KeyValue::new("outcome", "done")],
            failed: [KeyValue::new("outcome", "failed")],
        };
        rows.count(Counts::default(), Counts::default());
        rows
    }

    /// An import has come from one count to the next.
    pub fn count(&self, before: Counts, after: Counts) {
        let failed = after.failed - before.failed;
        let done = after.total() - before.total() - failed;
        self.counter.add(done.unsigned_abs(), &self.done);
        self.counter.add(failed.unsigned_abs(), &self.failed);
    }
}
