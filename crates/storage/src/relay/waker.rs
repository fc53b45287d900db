//! What commits tell the relay of their process: that something lies in the outbox, or at once what it is.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use types::Timestamp;

use super::RelayConfig;
use crate::claim::Claimed;
use crate::counter::Counter;
use crate::error::StorageError;
use crate::outbox::{self, Lease, Message};

/// Tells the relay of this process that something was committed to the outbox; clones tell the same one.
#[derive(Debug, Clone)]
pub struct RelayWaker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// With messages in hand by topic; what is to be looked for lies in the table.
    counter: Counter<BTreeMap<String, InHand>>,
    /// For messages in hand or on their way from it.
    room: Arc<Semaphore>,
    /// Of every message that is handed over: each is so once, so that whoever takes it over after its lease has another.
    owner: String,
    lease: Duration,
}

/// Messages of one topic that were handed over and not taken up yet.
#[derive(Debug)]
pub(super) struct InHand {
    pub(super) rows: Vec<Claimed>,
    /// When the first of their leases ends.
    pub(super) until: Timestamp,
    /// Their room, for as long as they need it.
    pub(super) room: OwnedSemaphorePermit,
}

/// Messages that lie in the outbox when their transaction is committed.
#[derive(Debug)]
#[must_use = "what nobody says is committed is delivered when its lease is over"]
pub struct Handover {
    waker: RelayWaker,
    /// None: they are to be looked for in the table.
    in_hand: Option<InHand>,
}

impl RelayWaker {
    pub(super) fn new(config: &RelayConfig) -> Self {
        let room = usize::try_from(config.batch)
            .unwrap_or(usize::MAX)
            .min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            counter: Counter::default(),
            room: Arc::new(Semaphore::new(room)),
            owner: crate::claim::owner(),
            lease: config.lease,
        }))
    }

    /// Wakes the relay at once; a ring while it works is not lost.
    pub fn wake(&self) {
        self.0.counter.ring();
    }

    /// Appends `messages` as [`outbox::append`] does. Unless the relay has a whole batch of them in hand already, they are this
    /// process's from the beginning: it delivers them after [`Handover::committed`] without looking for them, and if it dies
    /// before, others do when the lease is over.
    pub async fn append(
        &self,
        tx: &impl ConnectionTrait,
        now: Timestamp,
        messages: Vec<Message>,
    ) -> Result<Handover, StorageError> {
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.0.room).try_acquire_many_owned(count) else {
            outbox::append(tx, now, &messages).await?;
            return Ok(self.handover(None));
        };
        let until = now + self.0.lease;
        let owner = &self.0.owner;
        let ids = outbox::append_leased(tx, now, Lease { owner, until }, &messages).await?;
        let claimed = |(id, message)| Claimed {
            id,
            attempts: 1,
            message,
        };
        let rows = ids.into_iter().zip(messages).map(claimed).collect();
        Ok(self.handover(Some(InHand { rows, until, room })))
    }

    fn handover(&self, in_hand: Option<InHand>) -> Handover {
        Handover {
            waker: self.clone(),
            in_hand,
        }
    }

    /// Whose the messages in hand are.
    pub(super) fn owner(&self) -> &str {
        &self.0.owner
    }

    /// Waits for a ring; answers whether the table is to be looked at, and not only the hand.
    pub(super) async fn rung(&self) -> bool {
        self.0.counter.rung().await
    }

    /// Takes up what is in hand of all topics but these.
    pub(super) fn take(&self, except: &[String]) -> BTreeMap<String, InHand> {
        self.0.counter.take(|hand| {
            let (left, taken) = std::mem::take(hand)
                .into_iter()
                .partition(|(topic, _)| except.contains(topic));
            *hand = left;
            taken
        })
    }

    /// Takes nothing into the hand any more.
    pub(super) fn close(&self) {
        self.0.room.close();
    }
}

impl Handover {
    /// The transaction is committed: the relay delivers them.
    pub fn committed(self) {
        let Some(InHand { rows, until, mut room }) = self.in_hand else {
            return self.waker.wake();
        };
        let add = |hand: &mut BTreeMap<String, InHand>| {
            for row in rows {
                // Each has one place.
                let Some(room) = room.split(1) else { break };
                match hand.entry(row.message.topic.clone()) {
                    Entry::Vacant(entry) => {
                        entry.insert(InHand {
                            rows: vec![row],
                            until,
                            room,
                        });
                    }
                    Entry::Occupied(entry) => {
                        let before = entry.into_mut();
                        before.rows.push(row);
                        before.until = before.until.min(until);
                        before.room.merge(room);
                    }
                }
            }
        };
        self.waker.0.counter.hand_over(add);
    }
}
