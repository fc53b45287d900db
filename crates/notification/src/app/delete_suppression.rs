//! Takes an address off the list of those that take no mail.

use types::Email;

use super::App;
use crate::error::Error;
use crate::store::suppressions;

impl App {
    /// Lets mails to `email` be sent again.
    pub(crate) async fn delete_suppression(&self, email: &Email) -> Result<(), Error> {
        match suppressions::delete(self.database.writer(), &[email.canonical()]).await? {
            0 => Err(Error::SuppressionNotFound),
            _ => Ok(()),
        }
    }
}
