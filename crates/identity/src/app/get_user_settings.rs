//! What a user has set for themselves.

use chassis::Person;
use types::UserId;

use super::App;
use crate::domain::error::Error;
use crate::domain::settings::Settings;
use crate::store::user_settings;

impl App {
    /// What a user of the caller's account has set.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], also for users of other accounts and for deleted ones.
    pub async fn get_user_settings(&self, person: &Person, user: UserId) -> Result<Settings, Error> {
        let settings = user_settings::find(self.database.reader(), person.account, user).await?;
        settings.ok_or(Error::UserNotFound)
    }
}
