//! Frees the seats of reservations that will never be committed.

use chassis::Caller;
use types::failpoint;

use super::{App, Error};
use crate::domain::reservation::ReservationKey;
use crate::domain::settlement::Settlement;

impl App {
    /// Frees the seats of reservations that identity has aborted.
    pub async fn abort_reservations(&self, _caller: &Caller, keys: Vec<ReservationKey>) -> Result<(), Error> {
        failpoint("licensing::abort_reservations::received");
        self.settle(keys.into_iter().map(Settlement::Abort).collect()).await?;
        failpoint("licensing::abort_reservations::committed");
        Ok(())
    }
}
