//! Taking the billing contact's post that is offered, or saying no to it.

use chassis::{Caller, Person};
use serde_json::json;

use super::notices::notify;
use super::{App, OpenOffer, Post, origin};
use crate::domain::account::Account;
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::message::{Notice, NoticeKind};
use crate::domain::user::User;
use crate::store::{Connection, accounts, audit_events, posts, sessions, users};

impl App {
    /// Takes the post: from this transaction on it is the caller's, and nobody else's. Both learn of it by e-mail.
    ///
    /// # Errors
    /// [`Error::BillingContactOfferNotFound`] when nothing is offered to the caller.
    pub async fn accept_billing_contact(&self, caller: &Caller, person: Person) -> Result<Post, Error> {
        let now = self.clock.now();
        let event = Event::new(
            person.account,
            &origin(caller, ""),
            "billing_contact.accept",
            person.user,
            now,
        );
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, person.account).await?;
                app.own_offer(tx, &account, &person).await?;
                accounts::hand_over(tx, account.id, person.user).await?;
                posts::verify(tx, account.id).await?;
                let concerned = [account.billing_contact, person.user];
                let sessions = sessions::open(tx, &concerned, now).await?;
                let readers = users::of_account(tx, account.id, &concerned).await?;
                let name = readers
                    .iter()
                    .find(|user| user.id == person.user)
                    .map(User::display_name);
                let name = name.unwrap_or_default();
                let kind = NoticeKind::BillingContactChanged;
                let notice = |reader| Notice::to_user(kind, &account, reader, &name, event.id);
                let notices: Vec<Notice> = readers.iter().map(notice).collect();
                notify(tx, &notices, now).await?;
                let event = event
                    .before(&json!({"billing_contact_id": account.billing_contact}))
                    .after(&json!({"billing_contact_id": person.user}));
                audit_events::append(tx, &[event]).await?;
                Ok::<_, Error>(sessions)
            })
        });
        // They go on; what they may do has changed, and nobody shall believe in what it was.
        let sessions = work.await?;
        self.relay.wake();
        self.tell_ended(&sessions).await;
        self.get_billing_contact(&person).await
    }

    /// Says no.
    ///
    /// # Errors
    /// [`Error::BillingContactOfferNotFound`] when nothing is offered to the caller.
    pub async fn decline_billing_contact(&self, caller: &Caller, person: Person) -> Result<(), Error> {
        let now = self.clock.now();
        let event = Event::new(
            person.account,
            &origin(caller, ""),
            "billing_contact.decline",
            person.user,
            now,
        );
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, person.account).await?;
                app.own_offer(tx, &account, &person).await?;
                accounts::withdraw_offer(tx, account.id).await?;
                audit_events::append(tx, &[event]).await
            })
        });
        work.await
    }

    async fn own_offer(&self, tx: &impl Connection, account: &Account, person: &Person) -> Result<OpenOffer, Error> {
        let offer = self.open_offer(tx, account).await?;
        offer
            .filter(|offer| offer.user_id == person.user)
            .ok_or(Error::BillingContactOfferNotFound)
    }
}
