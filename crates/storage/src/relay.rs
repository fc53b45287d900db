//! The relay: delivers what lies in the outbox, at least once, however often it takes.

mod config;
mod delivery;
mod flights;
mod waker;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use types::{Clock, Timestamp};

pub use self::config::RelayConfig;
use self::delivery::Run;
pub use self::delivery::{Deliver, Delivery};
use self::flights::Flights;
use self::waker::InHand;
pub use self::waker::{Handover, RelayWaker};
use crate::claim::{self, Claim, Claimed};
use crate::database::Database;
use crate::error::StorageError;
use crate::meters::Meters;
use crate::outbox;

/// Delivers the outbox of one database. Several may work on the same table.
#[derive(Debug)]
pub struct Relay<D> {
    db: Database,
    clock: Clock,
    config: RelayConfig,
    deliver: Arc<D>,
    meters: Arc<Meters>,
    waker: RelayWaker,
}

impl<D: Deliver> Relay<D> {
    /// A relay of the service known as `service` that delivers through `deliver`; it does nothing until it is run.
    pub fn new(service: &'static str, db: Database, clock: Clock, mut config: RelayConfig, deliver: D) -> Self {
        // Claims of none would all be full ones.
        config.batch = config.batch.max(1);
        Self {
            db,
            clock,
            waker: RelayWaker::new(&config),
            config,
            deliver: Arc::new(deliver),
            meters: Arc::new(Meters::new(service)),
        }
    }

    /// What commits tell it by.
    #[must_use]
    pub fn waker(&self) -> RelayWaker {
        self.waker.clone()
    }

    /// Delivers until `shutdown`, then waits for what is under way, and gives back what takes too long; measures the outbox
    /// meanwhile. Only a message whose process dies waits for its lease to run out.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::select! {
            () = self.deliver(&shutdown) => {}
            () = self.measure() => {}
        }
    }

    async fn deliver(&self, shutdown: &CancellationToken) {
        let mut flights = Flights::default();
        let cut = CancellationToken::new();
        // The earliest retry this relay knows of; others' are found by polling.
        let mut due = None;
        while !shutdown.is_cancelled() {
            let busy = self.launch_from_hand(&mut flights, &cut);
            let now = self.clock.now();
            let full = match self.claim(now, &busy).await {
                Ok(claim) => self.launch(claim, &mut flights, &cut),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the outbox cannot be read");
                    false
                }
            };
            due = due.filter(|&due: &Timestamp| due > now);
            if !full {
                self.wait(shutdown, (&mut flights, &cut), !busy.is_empty(), &mut due)
                    .await;
            }
        }
        self.waker.close();
        for (topic, in_hand) in self.waker.take(&[]) {
            self.launch_in_hand(topic, in_hand, &mut flights, &cut);
        }
        if tokio::time::timeout(self.config.drain_timeout, flights.all_land())
            .await
            .is_err()
        {
            cut.cancel();
            flights.all_land().await;
        }
    }

    /// Measures the outbox, time after time.
    async fn measure(&self) {
        let mut topics = BTreeSet::new();
        loop {
            match outbox::depths(self.db.reader()).await {
                Ok(depths) => self.meters.measured(&mut topics, depths, self.clock.now()),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the outbox cannot be measured"
                    );
                }
            }
            tokio::time::sleep(self.config.measure_interval).await;
        }
    }

    async fn claim(&self, now: Timestamp, busy: &[String]) -> Result<Claim, StorageError> {
        let except: Vec<_> = busy.iter().map(String::as_str).collect();
        claim::claim(&self.db, now, now + self.config.lease, &except, self.config.batch).await
    }

    /// Sends the claimed messages off, topic by topic; answers whether there may be more.
    fn launch(&self, claim: Claim, flights: &mut Flights, cut: &CancellationToken) -> bool {
        let full = u32::try_from(claim.rows.len()).is_ok_and(|rows| rows >= self.config.batch);
        let mut topics: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
        for row in claim.rows {
            topics.entry(row.message.topic.clone()).or_default().push(row);
        }
        for (topic, rows) in topics {
            let run = self.flight(&topic, &claim.owner, claim.until, cut);
            flights.launch(topic, run.fly(rows));
        }
        full
    }

    /// Sends off what is in hand, but for the topics that are busy; answers which are.
    fn launch_from_hand(&self, flights: &mut Flights, cut: &CancellationToken) -> Vec<String> {
        let busy = flights.busy(self.config.concurrency);
        for (topic, in_hand) in self.waker.take(&busy) {
            self.launch_in_hand(topic, in_hand, flights, cut);
        }
        flights.busy(self.config.concurrency)
    }

    fn launch_in_hand(&self, topic: String, in_hand: InHand, flights: &mut Flights, cut: &CancellationToken) {
        let InHand { rows, until, room } = in_hand;
        let run = self.flight(&topic, self.waker.owner(), until, cut);
        flights.launch(topic, async move {
            let earliest = run.fly(rows).await;
            drop(room);
            earliest
        });
    }

    fn flight(&self, topic: &str, owner: &str, until: Timestamp, cut: &CancellationToken) -> Run<D> {
        Run {
            db: self.db.clone(),
            clock: self.clock.clone(),
            config: self.config.clone(),
            deliver: Arc::clone(&self.deliver),
            meters: Arc::clone(&self.meters),
            owner: owner.to_owned(),
            until,
            topic: topic.to_owned(),
            cut: cut.clone(),
        }
    }

    /// Waits for a reason to claim again: a ring, a retry that falls due, the poll, or, when a busy topic was left out of
    /// the last claim (`starved`), a landing. Sends off what comes to hand meanwhile.
    async fn wait(
        &self,
        shutdown: &CancellationToken,
        (flights, cut): (&mut Flights, &CancellationToken),
        starved: bool,
        due: &mut Option<Timestamp>,
    ) {
        let mut poll = pin!(tokio::time::sleep(self.config.poll_interval));
        loop {
            let retry = due.map_or(Duration::MAX, |due| due.since(self.clock.now()));
            tokio::select! {
                () = shutdown.cancelled() => return,
                is_in_table = self.waker.rung() => if is_in_table { return },
                () = &mut poll => return,
                () = tokio::time::sleep(retry.min(self.config.poll_interval)), if due.is_some() => return,
                Some(earliest) = flights.land() => {
                    *due = [*due, earliest].into_iter().flatten().min();
                    if starved {
                        return;
                    }
                }
            }
            self.launch_from_hand(flights, cut);
        }
    }
}
