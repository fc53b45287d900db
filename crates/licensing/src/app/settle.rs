//! Settling reservations, by whoever brings identity's decision: one transaction for all of them or none.

use std::sync::Arc;

use storage::BoxFuture;

use super::{App, Error, Input, retry};
use crate::domain::bad_input::BadInput;
use crate::domain::holder::HolderKey;
use crate::domain::settlement::{Books, Changes, Settlement};
use crate::store::{Tx, reservations, seat_holders, seat_pools};

impl App {
    /// Carries out identity's decisions; those that were carried out before change nothing.
    pub(super) async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), Error> {
        if settlements.is_empty() {
            return Ok(());
        }
        let attempt = || {
            let settlements = settlements.clone();
            self.database
                .transaction(move |tx| -> BoxFuture<'_, _> { Box::pin(async move { commit(tx, &settlements).await }) })
        };
        retry::on_conflict(attempt).await
    }
}

async fn commit(tx: &Tx, settlements: &[Settlement]) -> Result<(), Error> {
    let requests = settlements.iter().map(|settlement| &settlement.key().request);
    let known = reservations::lock(tx, requests.collect::<std::collections::BTreeSet<_>>().into_iter()).await?;
    let holdings = seat_holders::lock(tx, settlements.iter().flat_map(holders_of)).await?;
    let mut books = Books::new(known, holdings);
    for (index, settlement) in settlements.iter().enumerate() {
        books.settle(settlement).map_err(|_| {
            let bad = BadInput::new("holders", "they take more seats than were reserved");
            Input::Confirmation.malformed(bad.at("confirmations", index))
        })?;
    }
    write(tx, &books.into_changes()).await
}

/// Writes what has changed: holders first and pools after them, which is the order of locks.
pub(super) async fn write(tx: &Tx, changes: &Changes) -> Result<(), Error> {
    if *changes == Changes::default() {
        return Ok(());
    }
    let now = storage::now(tx).await?;
    seat_holders::insert(tx, now, &changes.appeared).await?;
    seat_holders::update(tx, now, &changes.changed).await?;
    seat_pools::change(tx, &changes.pools).await?;
    reservations::settle(tx, now, &changes.settled).await?;
    Ok(())
}

fn holders_of(settlement: &Settlement) -> impl Iterator<Item = HolderKey> {
    let account = settlement.key().request.account;
    let key = move |subject| HolderKey { account, subject };
    settlement.holders().iter().map(move |holder| key(holder.subject))
}
