//! Sets how many seats an account has.

use chassis::Caller;
use storage::BoxFuture;
use types::AccountId;

use super::{App, Error, Input, retry};
use crate::domain::bad_input::BadInput;
use crate::domain::seats::Seats;
use crate::store::{Tx, seat_pools, seat_totals};

impl App {
    /// Sets the totals of a subscription, unless those of a version as high are set.
    pub async fn set_seat_totals(
        &self,
        _caller: &Caller,
        account: AccountId,
        version: i64,
        seats: Seats,
    ) -> Result<(), Error> {
        if let Some(index) = seats.iter().position(|(product, _)| !self.catalogue.has(product)) {
            let bad = BadInput::new("product", "a product of the catalogue is expected");
            return Err(Input::SeatTotals.malformed(bad.at("seats", index)));
        }
        let attempt = || {
            let seats = seats.clone();
            self.database.transaction(move |tx| -> BoxFuture<'_, _> {
                Box::pin(async move { commit(tx, account, version, &seats).await })
            })
        };
        retry::on_conflict(attempt).await
    }
}

async fn commit(tx: &Tx, account: AccountId, version: i64, seats: &Seats) -> Result<(), Error> {
    let now = storage::now(tx).await?;
    if seat_totals::raise(tx, now, account, version).await? {
        seat_pools::set_seats(tx, account, seats).await?;
    }
    Ok(())
}
