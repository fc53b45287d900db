//! What moving to another account would change, for the one who is to move.

use chassis::Person;
use types::{Role, Timestamp};

use super::App;
use super::inspect_invitation::Named;
use crate::domain::account::{Account, AccountState};
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, Kind};
use crate::domain::membership::{Membership, Names};
use crate::domain::user::User;
use crate::store::{names, posts, users};

/// A membership with the names of what it refers to.
#[derive(Debug)]
pub struct Described {
    /// The account's name.
    pub account_name: String,
    /// What it is.
    pub membership: Membership,
    /// The names.
    pub names: Names,
}

/// What accepting would change.
#[derive(Debug)]
pub struct Preview {
    /// What the person would be and have.
    pub gains: Described,
    /// What they are and have now.
    pub losses: Described,
    /// Whether they have settings of their own, which would be reset.
    pub resets_own_settings: bool,
    /// What accepting would be refused for.
    pub blockers: Vec<Error>,
    /// When the invitation stops being acceptable.
    pub expire_time: Timestamp,
}

impl App {
    /// Shows the caller what accepting an invitation to transfer would change.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`], also for somebody else's; why it is not pending any more.
    pub async fn preview_transfer(&self, person: &Person, token: &str) -> Result<Preview, Error> {
        let invitation = self.own_transfer(person, token).await?;
        invitation.check_pending(self.clock.now())?;
        let reader = self.database.reader();
        let (account, home, user, resets_own_settings) = futures::try_join!(
            self.account(invitation.account_id),
            self.account(person.account),
            users::find(reader, person.account, person.user),
            users::has_own_settings(reader, person.account, person.user),
        )?;
        if account.state != AccountState::Active {
            return Err(Error::InvitationRevoked);
        }
        let user = user.ok_or(Error::SessionEnded)?;
        Ok(Preview {
            blockers: self.blockers(&home, &user).await?,
            gains: self.describe(account, Membership::promised_by(&invitation)).await?,
            losses: self.describe(home, Membership::of(&user)).await?,
            resets_own_settings,
            expire_time: invitation.expire_time,
        })
    }

    /// The invitation to transfer that a token belongs to, if it is the caller's own.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`]; [`Error::InvitationSuperseded`] for the token of an earlier sending.
    pub(super) async fn own_transfer(&self, person: &Person, token: &str) -> Result<Invitation, Error> {
        let own = |invitation: &Invitation| invitation.user_id == person.user && invitation.kind == Kind::Transfer;
        match self.named_by(token).await? {
            Named::Now(invitation) if own(&invitation) => Ok(invitation),
            Named::Before(invitation) if own(&invitation) => Err(Error::InvitationSuperseded),
            Named::Now(_) | Named::Before(_) => Err(Error::InvitationNotFound),
        }
    }

    async fn describe(&self, account: Account, membership: Membership) -> Result<Described, Error> {
        let names = names::of_membership(self.database.reader(), &membership).await?;
        Ok(Described {
            account_name: account.name,
            membership: membership.remaining(&names),
            names,
        })
    }

    /// What keeps a user in their account: what `posts::verify` would find when they were gone, all of it.
    async fn blockers(&self, home: &Account, user: &User) -> Result<Vec<Error>, Error> {
        let mut blockers = Vec::new();
        if home.billing_contact == user.id {
            blockers.push(Error::BillingContact);
        }
        let reader = self.database.reader();
        if user.role == Role::SuperAdmin && posts::super_admins(reader, home.id).await? <= 1 {
            blockers.push(Error::LastSuperAdmin);
        }
        Ok(blockers)
    }
}
