//! Moving to another account: one transaction, in which the seats are there already.

use chassis::{Caller, Person};
use storage::outbox;
use types::{AccountId, SessionId, Timestamp, failpoint};

mod departure;

use super::notices::{READERS, notify};
use super::pending_invitation::check_pending;
use super::{App, origin};
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::Origin;
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState};
use crate::domain::membership::Membership;
use crate::domain::message::NoticeKind;
use crate::domain::session::{Session, Tokens};
use crate::domain::user::{User, UserState};
use crate::store::{Connection, accounts, audit_events, invitations, names, posts, sessions, users};
use departure::Departure;

/// How often a transfer that others were in the way of is tried before the caller is told so.
const ATTEMPTS: usize = 5;

/// Somebody who is about to move.
#[derive(Clone)]
struct Mover {
    person: Person,
    origin: Origin,
    /// The invitation, as it was when they asked.
    invitation: Invitation,
    /// What they go on with.
    session: Session,
}

impl App {
    /// Moves the caller to the account that has invited them; their sessions end, and one begins there.
    ///
    /// # Errors
    /// As [`App::preview_transfer`]; [`Error::BillingContact`]; [`Error::LastSuperAdmin`].
    pub async fn accept_transfer(&self, caller: &Caller, person: &Person, token: &str) -> Result<Tokens, Error> {
        let invitation = self.own_transfer(person, token).await?;
        let now = self.clock.now();
        invitation.check_pending(now)?;
        let (session, refresh_token) = self.new_session(person.user, invitation.account_id, now);
        let mover = Mover {
            person: *person,
            origin: origin(caller, ""),
            invitation,
            session: session.clone(),
        };
        failpoint("identity::accept_transfer::received");
        let mut attempt = 1;
        let ended = loop {
            let mover = mover.clone();
            let moving = self
                .database
                .transaction(move |tx| Box::pin(async move { mover.run(tx, now).await }));
            match moving.await {
                // Something that was promised is being deleted at this moment, say.
                Err(Error::Contended) if attempt < ATTEMPTS => attempt += 1,
                ended => break ended?,
            }
        };
        failpoint("identity::accept_transfer::committed");
        self.relay.wake();
        self.tell_ended(&ended).await;
        self.tokens(&session, refresh_token, now)
    }
}

impl Mover {
    /// Does all of it; answers the sessions that have ended.
    async fn run(self, tx: &impl Connection, now: Timestamp) -> Result<Vec<SessionId>, Error> {
        let (home, account) = lock_both(tx, self.person.account, self.invitation.account_id).await?;
        let invitation = check_pending(tx, &account, &self.invitation, now).await?;
        let user = self.present(tx, &home).await?;
        let promised = Membership::promised_by(&invitation);
        let names = names::of_membership(tx, &promised).await?;
        let membership = promised.remaining(&names);
        if !invitations::answer(tx, &invitation, InvitationState::Accepted, now).await? {
            return Err(Error::InvitationNotPending);
        }
        let superseded = invitations::end_of_users(tx, &[user.id], now).await?;
        if !users::transfer(tx, &user, &membership, now).await? {
            return Err(Error::Contended);
        }
        posts::verify(tx, home.id).await?;
        let ended = sessions::end_all(tx, &[user.id], now).await?;
        sessions::insert(tx, &self.session, now).await?;
        let departure = Departure {
            user: &user,
            home: &home,
            invitation: &invitation,
            membership: &membership,
            superseded: &superseded,
            origin: &self.origin,
            now,
        };
        if departure.ends_offer() {
            accounts::withdraw_offer(tx, home.id).await?;
        }
        outbox::append(tx, now, &departure.messages()?).await?;
        for (account, kind) in [
            (&home, NoticeKind::TransferLeft),
            (&account, NoticeKind::TransferJoined),
        ] {
            let readers = users::super_admins(tx, account.id, READERS).await?;
            notify(tx, &departure.notices(account, kind, &readers), now).await?;
        }
        audit_events::append(tx, &departure.events()).await?;
        Ok(ended)
    }

    /// The one who moves, locked, if they are still where their session says.
    async fn present(&self, tx: &impl Connection, home: &Account) -> Result<User, Error> {
        let user = users::lock(tx, home.id, &[self.person.user]).await?.pop();
        user.filter(|user| user.state == UserState::Active && home.state == AccountState::Active)
            .ok_or(Error::SessionEnded)
    }
}

/// Both accounts, locked in the order in which everybody locks several.
async fn lock_both(tx: &impl Connection, home: AccountId, new: AccountId) -> Result<(Account, Account), Error> {
    match home.cmp(&new) {
        std::cmp::Ordering::Less => {
            let home = accounts::lock(tx, home).await?;
            Ok((home, accounts::lock(tx, new).await?))
        }
        std::cmp::Ordering::Greater => {
            let new = accounts::lock(tx, new).await?;
            Ok((accounts::lock(tx, home).await?, new))
        }
        // They are there already.
        std::cmp::Ordering::Equal => Err(Error::InvitationNotPending),
    }
}
