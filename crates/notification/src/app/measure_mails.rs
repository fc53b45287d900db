//! Measures what waits to be sent.

use storage::StorageError;

use super::Sender;
use crate::store::waiting;

impl Sender {
    /// Measures it once.
    pub(crate) async fn measure_mails(&self) -> Result<(), StorageError> {
        let waiting = waiting::count(self.database.reader(), self.clock.now()).await?;
        self.meters.measured(waiting);
        Ok(())
    }
}
