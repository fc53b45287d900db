//! One user.

use chassis::Person;
use types::UserId;

use super::App;
use crate::domain::error::Error;
use crate::domain::user::User;
use crate::store::users;

impl App {
    /// A user of the caller's account.
    ///
    /// # Errors
    /// [`Error::UserNotFound`], also for users of other accounts.
    pub async fn get_user(&self, person: &Person, id: UserId) -> Result<User, Error> {
        let user = users::find(self.database.reader(), person.account, id)
            .await?
            .ok_or(Error::UserNotFound)?;
        let mut users = vec![user];
        self.complete(person.account, &mut users).await?;
        users.pop().ok_or(Error::UserNotFound)
    }
}
