//! The first that every change of a user does.

use chassis::Person;
use types::UserId;

use crate::domain::account::Account;
use crate::domain::error::Error;
use crate::domain::etag::check_etag;
use crate::domain::user::User;
use crate::store::{Connection, accounts, users};

/// Locks the caller's account and reads a user of it whom the caller may manage.
///
/// # Errors
/// [`Error::UserNotFound`], also for users of other accounts; [`Error::AdministratorProtected`]; [`Error::EtagMismatch`].
pub async fn lock_user(
    tx: &impl Connection,
    person: &Person,
    id: UserId,
    etag: &str,
) -> Result<(Account, User), Error> {
    let account = accounts::lock(tx, person.account).await?;
    let user = users::find(tx, account.id, id).await?.ok_or(Error::UserNotFound)?;
    user.check_manageable_by(person.user, person.permissions, &account)?;
    check_etag(etag, user.revision)?;
    Ok((account, user))
}
