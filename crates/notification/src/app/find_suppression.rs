//! Tells why an address takes no mail.

use types::Email;

use super::App;
use crate::domain::Suppression;
use crate::error::Error;
use crate::store::suppressions;

impl App {
    /// The entry of the list that is about `email`.
    pub(crate) async fn find_suppression(&self, email: &Email) -> Result<Suppression, Error> {
        suppressions::find(self.database.reader(), email)
            .await?
            .ok_or(Error::SuppressionNotFound)
    }
}
