//! Where those who find work to do meet the one who does it, in one process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Work that is handed over, and a bell for work that has to be looked for.
#[derive(Debug, Default)]
pub struct Counter<T> {
    bell: Notify,
    /// Whether there is something to look for.
    look: AtomicBool,
    hand: Mutex<T>,
}

impl<T> Counter<T> {
    /// Says that there is something to look for; a ring while it is looked for is not lost.
    pub fn ring(&self) {
        self.look.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    /// Adds to what is in hand, by `give`.
    pub fn hand_over(&self, give: impl FnOnce(&mut T)) {
        give(&mut self.hand());
        self.bell.notify_one();
    }

    /// Waits for either; answers whether there is something to look for, and not only what is in hand.
    pub async fn rung(&self) -> bool {
        self.bell.notified().await;
        self.look.swap(false, Ordering::AcqRel)
    }

    /// Takes of what is in hand, by `take`.
    pub fn take<R>(&self, take: impl FnOnce(&mut T) -> R) -> R {
        take(&mut self.hand())
    }

    fn hand(&self) -> MutexGuard<'_, T> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
