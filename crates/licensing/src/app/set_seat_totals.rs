//! Sets how many seats an account has, and will have.

use chassis::{AuditRecord, Caller};
use serde_json::{Value, json};
use storage::{BoxFuture, Message, outbox};
use types::{AccountId, BillingNotice, Timestamp, failpoint};

use super::{App, Error, Input, retry};
use crate::domain::bad_input::BadInput;
use crate::domain::seat_pool::Scheduled;
use crate::domain::seat_totals::{SeatTotals, Total, surplus};
use crate::domain::seats::Seats;
use crate::store::{Tx, seat_pools, seat_totals};

/// What becomes of totals below what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InUse {
    /// They are refused.
    Refuse,
    /// The pool is over its limit: nobody loses a seat, nobody gets one.
    GoOverLimit,
}

impl App {
    /// Sets the totals of a subscription, unless those of a version as high are set.
    pub async fn set_seat_totals(&self, caller: &Caller, totals: SeatTotals, in_use: InUse) -> Result<(), Error> {
        failpoint("licensing::set_seat_totals::received");
        self.check_products("seats", &totals.seats)?;
        if let Some(next) = &totals.next {
            self.check_products("next.seats", &next.seats)?;
        }
        let attempt = || {
            let (caller, totals) = (caller.clone(), totals.clone());
            self.database.transaction(move |tx| -> BoxFuture<'_, _> {
                Box::pin(async move { commit(tx, &caller, &totals, in_use).await })
            })
        };
        retry::on_conflict(attempt).await?;
        self.relay.wake();
        failpoint("licensing::set_seat_totals::committed");
        Ok(())
    }

    /// Whether the catalogue has every product of `seats`, which stand in `field`.
    pub(super) fn check_products(&self, field: &str, seats: &Seats) -> Result<(), Error> {
        match seats.iter().position(|(product, _)| !self.catalogue.has(product)) {
            Some(index) => {
                let bad = BadInput::new("product", "a product of the catalogue is expected");
                Err(Input::SeatTotals.malformed(bad.at(field, index)))
            }
            None => Ok(()),
        }
    }
}

async fn commit(tx: &Tx, caller: &Caller, totals: &SeatTotals, in_use: InUse) -> Result<(), Error> {
    let now = storage::now(tx).await?;
    let account = totals.account;
    if !seat_totals::raise(tx, now, account, totals.version).await? {
        return Ok(());
    }
    let pools = seat_pools::lock_all(tx, account).await?;
    let surplus = surplus(&pools, &totals.seats);
    if in_use == InUse::Refuse && !surplus.is_empty() {
        return Err(Error::SeatsInUse(surplus));
    }
    let before = pools.iter().map(|(key, pool)| {
        let total = Total {
            seats: pool.seats,
            next: pool.next,
        };
        (key.product.as_str(), total)
    });
    let before = state(before);
    let after = totals.by_product(&pools);
    seat_pools::set_totals(tx, account, &after).await?;
    if let Some(notice) = totals.notice(&pools) {
        let message = Message::new(BillingNotice::TOPIC, &notice.id, &notice)?;
        outbox::append(tx, now, &[message]).await?;
    }
    let mut after = state(after.iter().map(|(product, total)| (product.as_str(), *total)));
    after["version"] = json!(totals.version);
    tell(tx, caller, now, account, before, after).await
}

async fn tell(
    tx: &Tx,
    caller: &Caller,
    now: Timestamp,
    account: AccountId,
    before: Value,
    after: Value,
) -> Result<(), Error> {
    let event = AuditRecord::new(account, caller, "seats.set_totals", &account, now).change(before, after);
    outbox::append(tx, now, &[Message::new(AuditRecord::TOPIC, event.id, &event)?]).await?;
    Ok(())
}

/// The totals of an account, as its audit log is told: products without seats are left out.
fn state<'a>(totals: impl Iterator<Item = (&'a str, Total)>) -> Value {
    let totals: Vec<_> = totals.collect();
    let some = |product: &str, seats: i64| (seats > 0).then(|| (product.to_owned(), json!(seats)));
    let seats: serde_json::Map<_, _> = totals
        .iter()
        .filter_map(|&(product, total)| some(product, total.seats))
        .collect();
    let mut state = json!({ "seats": seats });
    if let Some(Scheduled { time, .. }) = totals.iter().find_map(|(_, total)| total.next) {
        let next: serde_json::Map<_, _> = totals
            .iter()
            .filter_map(|&(product, total)| some(product, total.next?.seats))
            .collect();
        state["next"] = json!({ "seats": next, "time": time.to_string() });
    }
    state
}
