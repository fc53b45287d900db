//! How many reports are read at once: each keeps a chunk in memory for as long as its reader takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chassis::Refusal;
use tonic::{Code, Status};
use types::AccountId;

use crate::config::ReportConfig;

/// When to try again after a refusal.
const RETRY: Duration = Duration::from_secs(5);

/// The places there are; cheap to clone.
#[derive(Clone)]
pub struct Slots {
    config: ReportConfig,
    taken: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// A place, until it is dropped.
pub struct Slot {
    account: AccountId,
    taken: Arc<Mutex<HashMap<AccountId, usize>>>,
}

impl Slots {
    /// As many as `config` says.
    pub fn new(config: ReportConfig) -> Self {
        Self {
            config,
            taken: Arc::default(),
        }
    }

    /// A place for a report of this account.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED/REPORTS_IN_PROGRESS` when the account has as many as it may, or there is none left.
    pub fn take(&self, account: AccountId) -> Result<Slot, Status> {
        let mut taken = lock(&self.taken);
        let all: usize = taken.values().sum();
        let own = taken.get(&account).copied().unwrap_or_default();
        if own >= self.config.streams_per_account || all >= self.config.streams {
            return Err(busy());
        }
        taken.insert(account, own + 1);
        Ok(Slot {
            account,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        match taken.get_mut(&self.account) {
            Some(own) if *own > 1 => *own -= 1,
            Some(_) | None => {
                taken.remove(&self.account);
            }
        }
    }
}

fn lock(taken: &Mutex<HashMap<AccountId, usize>>) -> MutexGuard<'_, HashMap<AccountId, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

fn busy() -> Status {
    Refusal::new(
        Code::ResourceExhausted,
        "REPORTS_IN_PROGRESS",
        "Too many reports are being read at the moment; try again when one is finished.",
    )
    .retry_after(RETRY)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_takes_no_more_than_its_share() {
        let slots = Slots::new(ReportConfig {
            streams: 3,
            streams_per_account: 2,
        });
        let [ann, bob, eve] = [AccountId::new(), AccountId::new(), AccountId::new()];
        let first = slots.take(ann).unwrap();
        let _second = slots.take(ann).unwrap();
        let refused = slots.take(ann).err().unwrap();
        assert_eq!(
            (refused.code(), chassis::reason(&refused).as_deref()),
            (Code::ResourceExhausted, Some("REPORTS_IN_PROGRESS"))
        );
        let third = slots.take(bob).unwrap();
        assert!(slots.take(eve).is_err(), "all are taken");
        drop(third);
        drop(first);
        let (_again, _other) = (slots.take(ann).unwrap(), slots.take(eve).unwrap());
        assert!(slots.take(ann).is_err());
    }

    #[test]
    fn nothing_is_kept_of_an_account_that_is_done() {
        let slots = Slots::new(ReportConfig::default());
        drop(slots.take(AccountId::new()).unwrap());
        assert!(lock(&slots.taken).is_empty());
    }
}
