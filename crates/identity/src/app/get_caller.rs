//! Who a caller is right now.

use types::{SessionId, UserId};

use super::App;
use crate::domain::error::Error;
use crate::domain::user::Standing;
use crate::store::users;

impl App {
    /// The present account, role and post of a user with a session.
    ///
    /// # Errors
    /// [`Error::SessionEnded`] when the session is over or the user is not active.
    pub async fn get_caller(&self, user: UserId, session: SessionId) -> Result<Standing, Error> {
        users::standing(self.database.reader(), user, session)
            .await?
            .ok_or(Error::SessionEnded)
    }
}
