//! Offering the billing contact's post, and taking the offer back.

use chassis::{Caller, Person};
use serde_json::json;
use types::{Permission, UserId};

use super::get_billing_contact::is_qualified;
use super::notices::notify;
use super::{App, Post, origin};
use crate::domain::account::{Account, Offer};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::message::{Notice, NoticeKind};
use crate::store::{accounts, audit_events, users};

impl App {
    /// Offers the post to another administrator, in the place of an earlier offer, and tells them by e-mail.
    ///
    /// # Errors
    /// [`Error::UserNotFound`]; [`Error::BillingContactHeld`] when it is the caller; [`Error::BillingContactUnqualified`].
    pub async fn offer_billing_contact(&self, caller: &Caller, person: Person, to: UserId) -> Result<Post, Error> {
        let now = self.clock.now();
        let event = Event::new(person.account, &origin(caller, ""), "billing_contact.offer", to, now);
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = held(accounts::lock(tx, person.account).await?, &person)?;
                let user = users::find(tx, account.id, to).await?.ok_or(Error::UserNotFound)?;
                if user.id == account.billing_contact {
                    return Err(Error::BillingContactHeld);
                }
                if !is_qualified(&user) {
                    return Err(Error::BillingContactUnqualified);
                }
                let offered = app.open_offer(tx, &account).await?;
                if offered.is_some_and(|offer| offer.user_id == to) {
                    return Ok(());
                }
                let offer = Offer {
                    user_id: to,
                    create_time: now,
                };
                accounts::offer(tx, account.id, offer).await?;
                let holder = users::find(tx, account.id, person.user)
                    .await?
                    .ok_or(Error::UserNotFound)?;
                let name = holder.display_name();
                let notice = Notice::to_user(NoticeKind::BillingContactOffered, &account, &user, name, event.id);
                notify(tx, &[notice], now).await?;
                let before = account.offer.map(|offer| offer.user_id);
                let event = event
                    .before(&json!({"offered_user_id": before}))
                    .after(&json!({"offered_user_id": to}));
                audit_events::append(tx, &[event]).await
            })
        });
        work.await?;
        self.relay.wake();
        self.get_billing_contact(&person).await
    }

    /// Takes the offer back.
    ///
    /// # Errors
    /// [`Error::BillingContactOfferNotFound`].
    pub async fn withdraw_billing_contact_offer(&self, caller: &Caller, person: Person) -> Result<Post, Error> {
        let now = self.clock.now();
        let origin = origin(caller, "");
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = held(accounts::lock(tx, person.account).await?, &person)?;
                let offer = app.open_offer(tx, &account).await?;
                let offer = offer.ok_or(Error::BillingContactOfferNotFound)?;
                accounts::withdraw_offer(tx, account.id).await?;
                let event = Event::new(
                    account.id,
                    &origin,
                    "billing_contact.withdraw_offer",
                    offer.user_id,
                    now,
                );
                audit_events::append(tx, &[event]).await
            })
        });
        work.await?;
        self.get_billing_contact(&person).await
    }
}

/// The account, when the person holds its post at present.
fn held(account: Account, person: &Person) -> Result<Account, Error> {
    if account.billing_contact == person.user {
        Ok(account)
    } else {
        Err(Error::PermissionRequired(Permission::ChangeBilling))
    }
}
