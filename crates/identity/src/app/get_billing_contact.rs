//! Who holds the billing contact's post.

use chassis::Person;
use types::{Permission, Timestamp, UserId};

use super::App;
use crate::domain::account::{Account, Offer};
use crate::domain::error::Error;
use crate::domain::role::GivenRole;
use crate::domain::user::{User, UserState};
use crate::store::{Connection, users};

/// The post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// Who holds it.
    pub holder: UserId,
    /// To whom it is offered.
    pub offer: Option<OpenOffer>,
}

/// An offer that can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOffer {
    /// To whom.
    pub user_id: UserId,
    /// Since when.
    pub create_time: Timestamp,
    /// Until when.
    pub expire_time: Timestamp,
}

impl App {
    /// The post, for whoever holds it or is offered it, and for those who assign roles.
    ///
    /// # Errors
    /// [`Error::PermissionRequired`] for others.
    pub async fn get_billing_contact(&self, person: &Person) -> Result<Post, Error> {
        let account = self.account(person.account).await?;
        let offer = self.open_offer(self.database.reader(), &account).await?;
        let concerned =
            account.billing_contact == person.user || offer.is_some_and(|offer| offer.user_id == person.user);
        if concerned || person.can(Permission::AssignRoles) {
            Ok(Post {
                holder: account.billing_contact,
                offer,
            })
        } else {
            Err(Error::PermissionRequired(Permission::AssignRoles))
        }
    }

    /// The offer that can be accepted now: made not too long ago, to somebody who can still have the post.
    pub(super) async fn open_offer(
        &self,
        conn: &impl Connection,
        account: &Account,
    ) -> Result<Option<OpenOffer>, Error> {
        let Some(Offer { user_id, create_time }) = account.offer else {
            return Ok(None);
        };
        let expire_time = create_time + self.offer_lifetime;
        let user = users::find(conn, account.id, user_id).await?;
        let open = self.clock.now() < expire_time && user.is_some_and(|user| is_qualified(&user));
        Ok(open.then_some(OpenOffer {
            user_id,
            create_time,
            expire_time,
        }))
    }
}

/// Whether a user can be the billing contact.
pub(super) fn is_qualified(user: &User) -> bool {
    user.state == UserState::Active && GivenRole::of(user).suits_billing_contact()
}
