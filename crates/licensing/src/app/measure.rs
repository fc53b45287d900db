//! Measures how seats and reservations stand.

use super::{App, Error};
use crate::domain::standing::Standing;
use crate::store::standing;

impl App {
    /// How they stand now, by the ledger's own clock.
    pub async fn measure(&self) -> Result<Standing, Error> {
        let reader = self.database.reader();
        let now = storage::now(reader).await?;
        Ok(Standing {
            pending: standing::pending(reader, now).await?,
            free: standing::free(reader).await?,
        })
    }
}
