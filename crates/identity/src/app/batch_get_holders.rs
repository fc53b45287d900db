//! Says who holds seats.

use chassis::Person;

use super::App;
use crate::domain::error::Error;
use crate::domain::holder::Holder;
use crate::store::holders;

/// How many can be asked for at once.
const MOST: usize = 1_000;

impl App {
    /// Those of these ids that are users or invitations of the caller's account.
    ///
    /// # Errors
    /// [`Error::HoldersCount`].
    pub async fn batch_get_holders(&self, person: &Person, ids: &[String]) -> Result<Vec<Holder>, Error> {
        if ids.len() > MOST {
            return Err(Error::HoldersCount);
        }
        holders::find(self.database.reader(), person.account, ids).await
    }
}
