//! What is measured of mails: how many wait and for how long, and what becomes of each.

use std::time::Duration;

use opentelemetry::metrics::{Counter, Gauge, Histogram};
use opentelemetry::{KeyValue, global};

use crate::domain::{State, Waiting};

/// Seconds from the order to the mail server: most are sent at once, all within ten minutes, and some after days.
const BOUNDS: [f64; 12] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 21_600.0, 86_400.0,
];

/// The instruments. Replicas that work on the same queue measure the same of what waits.
#[derive(Debug)]
pub(crate) struct Meters {
    attempts: Counter<u64>,
    delivery: Histogram<f64>,
    waiting: Gauge<u64>,
    age: Gauge<f64>,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let meter = global::meter("usher");
        Self {
            attempts: meter
                .u64_counter("usher.mail.attempts")
                .with_unit("{mail}")
                .with_description("Mails that were taken up, by the state they came to.")
                .build(),
            delivery: meter
                .f64_histogram("usher.mail.delivery.duration")
                .with_unit("s")
                .with_description("How long it took from the order of a mail until the mail server had it.")
                .with_boundaries(BOUNDS.to_vec())
                .build(),
            waiting: meter
                .u64_gauge("usher.mail.waiting")
                .with_unit("{mail}")
                .with_description("Mails that wait to be sent.")
                .build(),
            age: meter
                .f64_gauge("usher.mail.age")
                .with_unit("s")
                .with_description("How long the oldest mail has waited to be sent.")
                .build(),
        }
    }

    /// A mail that was ordered so long ago has come to a state.
    pub(super) fn attempted(&self, state: State, age: Duration) {
        self.attempts.add(1, &[KeyValue::new("state", state.as_str())]);
        if state == State::Sent {
            self.delivery.record(age.as_secs_f64(), &[]);
        }
    }

    /// What waits now. `trouble` tells those apart at which a mail server has stumbled: they are tried for days, and nobody
    /// here can do anything about it.
    pub(super) fn measured(&self, waiting: [Waiting; 2]) {
        for (trouble, waiting) in [("none", waiting[0]), ("own", waiting[1])] {
            let attributes = [KeyValue::new("trouble", trouble)];
            self.waiting.record(waiting.mails, &attributes);
            self.age.record(waiting.oldest.as_secs_f64(), &attributes);
        }
    }
}
