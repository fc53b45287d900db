//! Turns reservations into seats held.

use chassis::Caller;
use types::failpoint;

use super::{App, Error};
use crate::domain::settlement::Settlement;

impl App {
    /// Assigns the seats of committed reservations to their holders, and frees what they leave.
    pub async fn confirm_reservations(&self, _caller: &Caller, confirmations: Vec<Settlement>) -> Result<(), Error> {
        failpoint("licensing::confirm_reservations::received");
        self.settle(confirmations.into()).await?;
        failpoint("licensing::confirm_reservations::committed");
        Ok(())
    }
}
