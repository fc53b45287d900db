//! What is set for a whole account.

use chassis::Person;

use super::App;
use crate::domain::account_settings::AccountSettings;
use crate::domain::error::Error;
use crate::store::account_settings;

impl App {
    /// What is set for the caller's account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_account_settings(&self, person: &Person) -> Result<AccountSettings, Error> {
        account_settings::find(self.database.reader(), person.account).await
    }
}
