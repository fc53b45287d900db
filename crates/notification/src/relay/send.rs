//! Keeps several mails under way: those that come with a place, and as many of those that wait as there are free places, again
//! and again as long as any do.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chassis::Shutdown;
use tokio::task::JoinSet;
use types::{Clock, Timestamp};

use crate::app::Sender;

/// How the queue is worked off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
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
pub(super) async fn run(sender: Arc<Sender>, clock: Clock, pace: Pace, shutdown: Shutdown) {
    let mut attempts = Attempts::new();
    // When the next mail is due, as far as this process knows; the rest is found by polling.
    let mut due: Option<Timestamp> = None;
    // Whether mails may be due for which there was no place.
    let mut is_behind = true;
    while !shutdown.is_cancelled() {
        take_up(&sender, &mut attempts);
        if is_behind {
            let now = clock.now();
            due = due.filter(|&due| due > now);
            (is_behind, due) = catch_up(&sender, due, &mut attempts).await;
        }
        sender.tidy();
        let nap = due.map_or(pace.poll_interval, |due| due.since(clock.now()).min(pace.poll_interval));
        match wait(&sender, (nap, is_behind), &shutdown, &mut attempts).await {
            Cause::Waiting => is_behind = true,
            Cause::Handed | Cause::Freed => {}
            Cause::Ended(next) => due = earliest(due, next),
        }
        if is_behind {
            gather(&sender).await;
        }
    }
    sender.intake().places().set_open(false);
    take_up(&sender, &mut attempts);
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

/// Sends off the mails that have come with a place.
fn take_up(sender: &Arc<Sender>, attempts: &mut Attempts) {
    for (claim, place) in sender.intake().take() {
        let sender = Arc::clone(sender);
        attempts.spawn(async move { sender.send_mail(claim, place).await });
    }
}

/// Claims as many mails as there are free places, and sends them off; as long as more may wait, none goes before them. Answers
/// whether more may, and when the next one is due.
async fn catch_up(sender: &Arc<Sender>, due: Option<Timestamp>, attempts: &mut Attempts) -> (bool, Option<Timestamp>) {
    let places = sender.intake().places();
    places.set_open(false);
    let free = places.free();
    if free == 0 {
        return (true, due);
    }
    match sender.claim_mails(free).await {
        Ok(claimed) => {
            let is_behind = claimed.mails.len() >= free || claimed.is_held_up;
            places.set_open(!is_behind);
            for (claim, place) in claimed.mails {
                let sender = Arc::clone(sender);
                attempts.spawn(async move { sender.send_mail(claim, place).await });
            }
            (is_behind, earliest(due, claimed.due))
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the mail queue cannot be read");
            (true, due)
        }
    }
}

/// Waits a moment until half of the mails under way have gone out, so that one claim fills all their places.
async fn gather(sender: &Sender) {
    let places = sender.intake().places();
    let most = places.taken() / 2;
    let half = async {
        while places.taken() > most {
            places.freed().await;
        }
    };
    let _enough_or_long_enough = tokio::time::timeout(GATHER, half).await;
}

/// Why there is something to do.
enum Cause {
    /// Mails may be due in the queue.
    Waiting,
    /// Mails have come with a place.
    Handed,
    /// A place has become free for one that waits.
    Freed,
    /// Attempts have ended; when the first of their mails is tried again.
    Ended(Option<Timestamp>),
}

/// Waits for something to do: mails that come, a retry that falls due or the poll, whichever ends the nap, attempts that end,
/// or, when mails may wait for it (`is_behind`), a place.
async fn wait(
    sender: &Sender,
    (nap, is_behind): (Duration, bool),
    shutdown: &Shutdown,
    attempts: &mut Attempts,
) -> Cause {
    let nap = pin!(tokio::time::sleep(nap));
    tokio::select! {
        () = shutdown.cancelled() => Cause::Handed,
        is_in_queue = sender.intake().rung() => if is_in_queue { Cause::Waiting } else { Cause::Handed },
        () = nap => Cause::Waiting,
        () = sender.intake().places().freed(), if is_behind => Cause::Freed,
        Some(first) = attempts.join_next() => {
            let mut due = settled(first);
            while let Some(next) = attempts.try_join_next() {
                due = earliest(due, settled(next));
            }
            Cause::Ended(due)
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
