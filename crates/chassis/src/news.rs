//! What is told about the connections to a peer: that one is open, or that an attempt has failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// The news of one replica's connections, and where they are heard; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct News {
    board: Board,
    failures: Arc<AtomicU64>,
}

/// Where the news of all replicas are heard; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    changed: watch::Sender<()>,
    lost: Arc<Notify>,
}

impl Board {
    /// The news of one more replica.
    pub(crate) fn news(&self) -> News {
        News {
            board: self.clone(),
            failures: Arc::default(),
        }
    }

    /// Tells that something has changed.
    pub(crate) fn tell(&self) {
        self.changed.send_replace(());
    }

    /// Whatever is told from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Asks for the addresses to be looked at again.
    pub(crate) fn suspect(&self) {
        self.lost.notify_one();
    }

    /// Waits until somebody asks for that.
    pub(crate) async fn suspected(&self) {
        self.lost.notified().await;
    }
}

impl News {
    pub(crate) fn opened(&self) {
        self.board.tell();
    }

    /// A connection could not be opened.
    pub(crate) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.board.tell();
        self.lost();
    }

    /// The addresses may not be what they were.
    pub(crate) fn lost(&self) {
        self.board.suspect();
    }

    /// How often a connection could not be opened.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}
