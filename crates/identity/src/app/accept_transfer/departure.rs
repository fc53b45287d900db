//! What is told of somebody who has moved: to licensing, and to the logs of all accounts that it concerns.

use serde_json::json;
use storage::Message;
use types::Timestamp;

use crate::app::cancel_mail::cancel_mail;
use crate::domain::account::Account;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::domain::membership::Membership;
use crate::domain::message::{MOVE_SEATS, MoveSeats, Notice, NoticeKind, RELEASE_SEATS, ReleaseSeats};
use crate::domain::user::User;
use crate::store::invitations::Ended;

/// Somebody who has moved. Neither account is told where the other one is.
pub struct Departure<'a> {
    /// As they were.
    pub user: &'a User,
    /// Where they were.
    pub home: &'a Account,
    /// By what they have moved, as it was.
    pub invitation: &'a Invitation,
    /// What they are and have now.
    pub membership: &'a Membership,
    /// The invitations that they cannot accept any more.
    pub superseded: &'a [Ended],
    /// Who did it.
    pub origin: &'a Origin,
    /// When.
    pub now: Timestamp,
}

impl Departure<'_> {
    /// Whether the post of their old account's billing contact was offered to them.
    pub fn ends_offer(&self) -> bool {
        self.home.offer.is_some_and(|offer| offer.user_id == self.user.id)
    }

    /// For the outbox.
    pub fn messages(&self) -> Result<Vec<Message>, Error> {
        let mut messages = Vec::new();
        let version = self.user.seat_version + 1;
        if !self.user.products.is_empty() {
            messages.push(release(self.home.id, self.user.id, version)?);
        }
        if self.invitation.holds_seats() {
            let order = MoveSeats {
                account_id: self.invitation.account_id,
                from: self.invitation.id,
                from_version: self.invitation.seat_version + 1,
                to: self.user.id,
                to_version: version,
            };
            messages.push(Message::new(MOVE_SEATS, order.from, &order)?);
        }
        let it = self.invitation;
        messages.push(cancel_mail(it.account_id, it.id, it.generation)?);
        for ended in self.superseded {
            messages.push(cancel_mail(ended.account_id, ended.id, ended.generation)?);
        }
        for ended in self.superseded.iter().filter(|ended| !ended.products.is_empty()) {
            messages.push(release(ended.account_id, ended.id, ended.seat_version)?);
        }
        Ok(messages)
    }

    /// For those who run one of the two accounts.
    pub fn notices(&self, account: &Account, kind: NoticeKind, readers: &[User]) -> Vec<Notice> {
        let others = readers.iter().filter(|reader| reader.id != self.user.id);
        let name = self.user.display_name();
        let notice = |reader: &User| Notice::to_user(kind, account, reader, name.as_str(), self.invitation.id);
        others.map(notice).collect()
    }

    /// For the audit logs.
    pub fn events(&self) -> Vec<Event> {
        let Self { user, origin, now, .. } = *self;
        let left = Event::new(self.home.id, origin, "user.leave", user.id, now)
            .before(&json!(Membership::of(user)))
            .after(&json!({ "products": [] }));
        let mut joined = json!(self.membership);
        joined["email"] = json!(user.address);
        joined["invitation_id"] = json!(self.invitation.id);
        let joined = Event::new(self.invitation.account_id, origin, "transfer.accept", user.id, now).after(&joined);
        let mut events = vec![left, joined];
        if self.ends_offer() {
            events.push(Event::new(
                self.home.id,
                origin,
                "billing_contact.withdraw_offer",
                user.id,
                now,
            ));
        }
        // Those accounts are not told who has been faster.
        let nobody = Origin::service(crate::NAME);
        events.extend(self.superseded.iter().map(|ended| {
            Event::new(ended.account_id, &nobody, "invitation.supersede", ended.id, now)
                .after(&json!({ "state": ended.state }))
        }));
        events
    }
}

fn release(account_id: types::AccountId, subject: impl ToString, version: i64) -> Result<Message, Error> {
    let release = ReleaseSeats {
        account_id,
        subject: subject.to_string(),
        version,
        products: vec![],
    };
    Ok(Message::new(RELEASE_SEATS, &release.subject, &release)?)
}
