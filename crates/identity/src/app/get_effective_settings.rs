//! Every setting as it is for a user.

use chassis::Person;
use types::{Permission, UserId};

use super::App;
use crate::domain::effective_settings::Effective;
use crate::domain::error::Error;
use crate::store::user_settings;

impl App {
    /// The settings of the caller or, when they manage users, of a user of their account.
    ///
    /// # Errors
    /// [`Error::PermissionRequired`]; [`Error::UserNotFound`], also for users of other accounts and for deleted ones.
    pub async fn get_effective_settings(&self, person: &Person, user: UserId) -> Result<Vec<Effective>, Error> {
        if user != person.user && !person.can(Permission::ManageUsers) {
            return Err(Error::PermissionRequired(Permission::ManageUsers));
        }
        let layers = user_settings::layers(self.database.reader(), person.account, user).await?;
        Ok(layers.ok_or(Error::UserNotFound)?.effective())
    }
}
