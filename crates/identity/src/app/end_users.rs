//! Suspending and deleting users, any number of one account within one transaction; every path that does either comes here.

use serde_json::json;
use storage::Message;
use types::{SessionId, Timestamp, UserId};

use super::cancel_mail::cancel_mail;
use crate::domain::account::Account;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::invitation::Kind;
use crate::domain::life::End;
use crate::domain::message::{RELEASE_SEATS, ReleaseSeats};
use crate::domain::user::User;
use crate::store::users::Ending;
use crate::store::{Connection, accounts, invitations, sessions, users};

/// What is still to be written and told of users who ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// For the outbox.
    pub messages: Vec<Message>,
    /// For the audit log, which comes last.
    pub events: Vec<Event>,
    /// For `App::tell_ended`, after the commit.
    pub sessions: Vec<SessionId>,
}

/// Ends `users` of `account`, whose row this transaction has locked before it read them. Sessions end, seats and a pending
/// offer of the billing contact's post come free; with a deletion pending invitations end too, those to other accounts
/// included. A statement or two for each of these, however many users there are.
///
/// What remains to the caller: that each user may be ended ([`End::check`], `User::check_manageable_by`) beforehand; and then,
/// in this order, `posts::verify`, `outbox::append`, `audit_events::append`, and after the commit `App::tell_ended` and
/// waking the relay.
///
/// # Errors
/// [`Error::Contended`] when a user was changed since they were read.
pub async fn end_users(
    tx: &impl Connection,
    account: &Account,
    users: &[User],
    end: End,
    origin: &Origin,
    now: Timestamp,
) -> Result<Ended, Error> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let mut ended = Ended::default();
    // Invitations before users, as accepting one does.
    if end == End::Deletion {
        for invitation in invitations::end_of_users(tx, &ids, now).await? {
            ended.invitation(&invitation, account, origin, now)?;
        }
    }
    let mut rows = Vec::with_capacity(users.len());
    for user in users {
        rows.push(ended.user(user, end, origin, now)?);
    }
    users::end(tx, account.id, &rows, end.state(), now).await?;
    ended.sessions = sessions::end_all(tx, &ids, now).await?;
    if let Some(offer) = account.offer.filter(|offer| ids.contains(&offer.user_id)) {
        accounts::withdraw_offer(tx, account.id).await?;
        let event = Event::new(account.id, origin, "billing_contact.withdraw_offer", offer.user_id, now);
        ended.events.push(event);
    }
    Ok(ended)
}

impl Ended {
    /// Notes what becomes of a user, and how their row will be.
    fn user(&mut self, user: &User, end: End, origin: &Origin, now: Timestamp) -> Result<Ending, Error> {
        let releases = end.releases_seats() && !user.products.is_empty();
        let seat_version = user.seat_version.saturating_add(i64::from(releases));
        let products = if releases { &[][..] } else { &user.products[..] };
        let action = match end {
            End::Suspension { .. } => "user.suspend",
            End::Deletion => "user.delete",
        };
        let (mut before, mut after) = (json!({ "state": user.state }), json!({ "state": end.state() }));
        if releases {
            before["products"] = json!(user.products);
            after["products"] = json!(products);
            self.release(ReleaseSeats {
                account_id: user.account_id,
                subject: user.id.to_string(),
                version: seat_version,
                products: vec![],
            })?;
        }
        let event = Event::new(user.account_id, origin, action, user.id, now);
        self.events.push(event.before(&before).after(&after));
        Ok(Ending {
            id: user.id,
            revision: user.revision,
            products: serde_json::to_string(products).map_err(unwritable)?,
            seat_version,
        })
    }

    /// Notes what becomes of an invitation: one to join holds no seats itself; one to transfer is another account's.
    fn invitation(
        &mut self,
        invitation: &invitations::Ended,
        account: &Account,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), Error> {
        let unneeded = cancel_mail(invitation.account_id, invitation.id, invitation.generation)?;
        self.messages.push(unneeded);
        if invitation.kind == Kind::Transfer && !invitation.products.is_empty() {
            self.release(ReleaseSeats {
                account_id: invitation.account_id,
                subject: invitation.id.to_string(),
                version: invitation.seat_version,
                products: vec![],
            })?;
        }
        // The other account is not told who has deleted its invitee.
        let origin = if invitation.account_id == account.id {
            origin.clone()
        } else {
            Origin::service("identity")
        };
        let action = match invitation.kind {
            Kind::Join => "invitation.revoke",
            Kind::Transfer => "invitation.supersede",
        };
        let event = Event::new(invitation.account_id, &origin, action, invitation.id, now);
        self.events.push(event.after(&json!({ "state": invitation.state })));
        Ok(())
    }

    fn release(&mut self, release: ReleaseSeats) -> Result<(), Error> {
        self.messages
            .push(Message::new(RELEASE_SEATS, &release.subject, &release)?);
        Ok(())
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Broken(format!("a row cannot be written as JSON: {error}"))
}
