//! Looking at one's account.

use chassis::Person;

use super::App;
use crate::domain::account::Account;
use crate::domain::error::Error;

impl App {
    /// The caller's account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_account(&self, person: &Person) -> Result<Account, Error> {
        self.account(person.account).await
    }
}
