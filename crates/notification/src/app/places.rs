//! The places of the mails under way: each is free again however its attempt ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::domain::Traffic;

/// All places of this process; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Mutex<Traffic>>);

/// One place, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    domain: String,
    since: Instant,
}

impl Places {
    /// Of each domain at most `per_domain`.
    pub(super) fn new(per_domain: usize) -> Self {
        Self(Arc::new(Mutex::new(Traffic::new(per_domain))))
    }

    /// Takes a place for a mail to `domain`.
    pub(super) fn take(&self, domain: &str) -> Place {
        self.traffic().begin(domain);
        Place {
            places: self.clone(),
            domain: domain.to_owned(),
            since: Instant::now(),
        }
    }

    /// What is under way.
    pub(super) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // Counters are whole whatever happened while they were locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.traffic().end(&self.domain, self.since.elapsed());
    }
}
