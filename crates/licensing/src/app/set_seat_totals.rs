//! Sets how many seats an account has.

use std::collections::BTreeMap;

use chassis::{AuditRecord, Caller};
use serde_json::json;
use storage::{BoxFuture, Message, outbox};
use types::AccountId;

use super::{App, Error, Input, retry};
use crate::domain::bad_input::BadInput;
use crate::domain::seats::Seats;
use crate::store::{Tx, seat_pools, seat_totals};

impl App {
    /// Sets the totals of a subscription, unless those of a version as high are set.
    pub async fn set_seat_totals(
        &self,
        caller: &Caller,
        account: AccountId,
        version: i64,
        seats: Seats,
    ) -> Result<(), Error> {
        if let Some(index) = seats.iter().position(|(product, _)| !self.catalogue.has(product)) {
            let bad = BadInput::new("product", "a product of the catalogue is expected");
            return Err(Input::SeatTotals.malformed(bad.at("seats", index)));
        }
        let attempt = || {
            let (caller, seats) = (caller.clone(), seats.clone());
            self.database.transaction(move |tx| -> BoxFuture<'_, _> {
                Box::pin(async move { commit(tx, &caller, account, version, &seats).await })
            })
        };
        retry::on_conflict(attempt).await?;
        self.relay.wake();
        Ok(())
    }
}

async fn commit(tx: &Tx, caller: &Caller, account: AccountId, version: i64, seats: &Seats) -> Result<(), Error> {
    let now = storage::now(tx).await?;
    if seat_totals::raise(tx, now, account, version).await? {
        let pools = seat_pools::list(tx, account).await?;
        let before: BTreeMap<_, _> = pools
            .iter()
            .map(|(key, pool)| (key.product.as_str(), pool.seats))
            .collect();
        let after: BTreeMap<_, _> = seats.iter().collect();
        let event = AuditRecord::new(account, caller, "seats.set_totals", &account, now).change(
            json!({ "seats": before }),
            json!({ "seats": after, "version": version }),
        );
        seat_pools::set_seats(tx, account, seats).await?;
        outbox::append(tx, now, &[Message::new(AuditRecord::TOPIC, event.id, &event)?]).await?;
    }
    Ok(())
}
