//! Whether whoever watches may go on watching.

use chassis::Person;
use types::Permission;

use super::App;
use crate::domain::error::Error;
use crate::store::users;

impl App {
    /// The caller with what they may do by now.
    ///
    /// # Errors
    /// [`Error::SessionEnded`], and [`Error::PermissionLost`] when `permission` is not among it any more.
    pub(super) async fn still(&self, person: &Person, permission: Permission) -> Result<Person, Error> {
        let standing = users::standing(self.database.reader(), person.user, person.session)
            .await?
            .filter(|standing| standing.account_id == person.account)
            .ok_or(Error::SessionEnded)?;
        let person = Person {
            permissions: standing.permissions,
            ..*person
        };
        if person.can(permission) {
            Ok(person)
        } else {
            Err(Error::PermissionLost)
        }
    }
}
