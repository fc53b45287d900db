//! The timer by which seats and reservations are measured.

use std::time::Duration;

use chassis::{Shutdown, pause};
use opentelemetry::metrics::Gauge;
use opentelemetry::{KeyValue, global};

use crate::app::App;
use crate::domain::standing::Standing;

/// The instruments. Replicas measure the same.
struct Meters {
    pending: Gauge<u64>,
    age: Gauge<f64>,
    free: Gauge<u64>,
}

/// Measures until `shutdown`.
pub async fn run(app: &App, interval: Duration, shutdown: &Shutdown) {
    let meters = Meters::new();
    loop {
        match app.measure().await {
            Ok(standing) => meters.record(&standing),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the ledger cannot be measured"
                );
            }
        }
        if !pause(interval, shutdown).await {
            return;
        }
    }
}

impl Meters {
    fn new() -> Self {
        let meter = global::meter("usher");
        Self {
            pending: meter
                .u64_gauge("usher.reservations.pending")
                .with_unit("{reservation}")
                .with_description("Reservations that are neither confirmed nor released yet.")
                .build(),
            age: meter
                .f64_gauge("usher.reservations.age")
                .with_unit("s")
                .with_description("How long the oldest pending reservation has been one.")
                .build(),
            free: meter
                .u64_gauge("usher.seats.free")
                .with_unit("{seat}")
                .with_description("Seats that nobody holds or has reserved, of all accounts together.")
                .build(),
        }
    }

    fn record(&self, standing: &Standing) {
        self.pending.record(standing.pending.reservations, &[]);
        self.age.record(standing.pending.oldest.as_secs_f64(), &[]);
        for (product, &free) in &standing.free {
            self.free.record(free, &[KeyValue::new("product", product.clone())]);
        }
    }
}
