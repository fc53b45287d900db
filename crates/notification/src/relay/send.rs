//! Keeps several mails under way: claims as many as there are free places, and again as soon as one is free.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chassis::Shutdown;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use types::{Clock, Timestamp};

use crate::app::Sender;

/// How the queue is worked off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many mails are under way at a time.
    pub(crate) workers: usize,
    /// How often the queue is looked at when nobody rings.
    pub(crate) poll_interval: Duration,
    /// How long the mails under way may take at the end; then their leases bring them back.
    pub(crate) drain_timeout: Duration,
    /// How often the queue is measured.
    pub(crate) measure_interval: Duration,
}

/// How long a place that has become free waits for others, so that one claim fills them all.
const GATHER: Duration = Duration::from_millis(5);

type Attempts = JoinSet<Option<Timestamp>>;

/// Sends until `shutdown`, then waits for what is under way.
pub(super) async fn run(sender: Arc<Sender>, bell: Arc<Notify>, clock: Clock, pace: Pace, shutdown: Shutdown) {
    let mut attempts = Attempts::new();
    // When the next mail is due, as far as this process knows; the rest is found by polling.
    let mut due: Option<Timestamp> = None;
    let places = pace.workers.max(1);
    while !shutdown.is_cancelled() {
        let now = clock.now();
        due = due.filter(|&due| due > now);
        let free = places.saturating_sub(attempts.len());
        if free > 0 {
            due = earliest(due, claim(&sender, free, &mut attempts).await);
        }
        sender.tidy();
        let retry = due.map(|due| due.since(clock.now()));
        due = earliest(
            due,
            wait(&bell, retry, pace.poll_interval, &shutdown, &mut attempts).await,
        );
        due = earliest(due, gather(&mut attempts, places).await);
    }
    if tokio::time::timeout(pace.drain_timeout, drain(&mut attempts))
        .await
        .is_err()
    {
        tracing::warn!(
            mails = attempts.len(),
            "mails are left to the next process, which may send them again"
        );
    }
    sender.close().await;
}

/// Claims up to `free` mails and sends them off; answers when another one is due.
async fn claim(sender: &Arc<Sender>, free: usize, attempts: &mut Attempts) -> Option<Timestamp> {
    match sender.claim_mails(free).await {
        Ok(claimed) => {
            for (claim, place) in claimed.mails {
                let sender = Arc::clone(sender);
                attempts.spawn(async move { sender.send_mail(claim, place).await });
            }
            claimed.due
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the mail queue cannot be read");
            None
        }
    }
}

/// Waits a moment until at least half of the places are free.
async fn gather(attempts: &mut Attempts, places: usize) -> Option<Timestamp> {
    let mut due = None;
    let half = async {
        while attempts.len() > places / 2 {
            if let Some(next) = attempts.join_next().await {
                due = earliest(due, settled(next));
            }
        }
    };
    let _enough_or_long_enough = tokio::time::timeout(GATHER, half).await;
    due
}

/// Waits for a reason to claim again: a ring, a retry that falls due, the poll, or a place that becomes free.
async fn wait(
    bell: &Notify,
    retry: Option<Duration>,
    poll_interval: Duration,
    shutdown: &Shutdown,
    attempts: &mut Attempts,
) -> Option<Timestamp> {
    let nap = pin!(tokio::time::sleep(
        retry.map_or(poll_interval, |retry| retry.min(poll_interval))
    ));
    tokio::select! {
        () = shutdown.cancelled() => None,
        () = bell.notified() => None,
        () = nap => None,
        Some(first) = attempts.join_next() => {
            let mut due = settled(first);
            while let Some(next) = attempts.try_join_next() {
                due = earliest(due, settled(next));
            }
            due
        }
    }
}

fn settled(attempt: Result<Option<Timestamp>, tokio::task::JoinError>) -> Option<Timestamp> {
    attempt.unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "an attempt ended badly; its lease brings the mail back"
        );
        None
    })
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}

async fn drain(attempts: &mut Attempts) {
    while attempts.join_next().await.is_some() {}
}
