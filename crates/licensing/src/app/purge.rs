//! Forgets what no message can concern any more.

use super::{App, Error};
use crate::store::{reservations, seat_holders};

impl App {
    /// Deletes settled reservations and tombstones that have been kept long enough.
    pub async fn purge(&self) -> Result<(), Error> {
        let writer = self.database.writer();
        let before = storage::now(writer).await? - self.retention.keep;
        let most = self.retention.batch;
        while reservations::purge(writer, before, most).await? >= u64::from(most) {}
        while seat_holders::purge(writer, before, most).await? >= u64::from(most) {}
        Ok(())
    }
}
