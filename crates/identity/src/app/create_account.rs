//! Making an account with its first user, who holds every post in it.

use storage::{Message, outbox};
use types::{AccountId, Role, Timestamp, UserId, failpoint};

use super::App;
use crate::domain::account::NewAccount;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::message::{START_SUBSCRIPTION, StartSubscription};
use crate::domain::user::{UserState, name_keys};
use crate::store::{Connection, accounts, audit_events, users};

/// What was made, now or by an earlier request with the same id.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    /// The account.
    pub account_id: AccountId,
    /// Its first user.
    pub user_id: UserId,
}

impl App {
    /// Makes an account; its id is derived from the request's, so that the same request makes one account.
    ///
    /// # Errors
    /// [`Error::EmailTaken`]; [`Error::RequestIdReused`] when the account exists with another first user.
    pub async fn create_account(&self, new: NewAccount) -> Result<Created, Error> {
        let user_id = UserId::from_uuid(new.id.uuid());
        let created = Created {
            account_id: new.id,
            user_id,
        };
        // The account first: where it is there, a twin that was made meanwhile has its first user too.
        let exists = accounts::find(self.database.reader(), new.id).await?.is_some();
        let known = users::by_addresses(self.database.reader(), &[new.email.canonical().to_owned()]).await?;
        match known.first() {
            Some((_, user, account)) if *user == user_id && *account == new.id => return Ok(created),
            Some(_) => return Err(Error::EmailTaken),
            None if exists => return Err(Error::RequestIdReused),
            None => {}
        }
        let foundation = self.lay_foundation(new, &Origin::service("operator")).await?;
        let insert = self.database.transaction(move |tx| {
            Box::pin(async move {
                foundation.write(tx).await?;
                audit_events::append(tx, &[foundation.event]).await
            })
        });
        insert.await?;
        failpoint("identity::create_account::committed");
        self.relay.wake();
        Ok(created)
    }

    /// An account with its first user, to be written.
    ///
    /// # Errors
    /// When the password cannot be hashed.
    pub(super) async fn lay_foundation(&self, account: NewAccount, origin: &Origin) -> Result<Foundation, Error> {
        let password_hash = self.passwords.hash(&account.password).await?;
        let now = self.clock.now();
        let founder = founder(&account, UserId::from_uuid(account.id.uuid()), password_hash, now);
        let event = Event::new(account.id, origin, "account.create", account.id, now);
        let payload = StartSubscription {
            account_id: account.id,
            plan: account.plan.clone(),
            time_zone: account.time_zone.to_string(),
        };
        let order = Message::new(START_SUBSCRIPTION, account.id, &payload)?;
        Ok(Foundation {
            account,
            founder,
            order,
            event,
        })
    }
}

/// An account with its first user and the order for its subscription, in one.
pub(super) struct Foundation {
    account: NewAccount,
    founder: users::Row,
    order: Message,
    /// What the audit log is told, last in the transaction.
    pub(super) event: Event,
}

impl Foundation {
    /// Writes everything but the audit event.
    ///
    /// # Errors
    /// [`Error::Contended`] when the account is there already, or the address has come to belong to a user.
    pub(super) async fn write(&self, tx: &impl Connection) -> Result<(), Error> {
        let now = self.event.create_time;
        accounts::insert(tx, &self.account, self.founder.id, now).await?;
        users::insert(tx, std::slice::from_ref(&self.founder)).await?;
        outbox::append(tx, now, std::slice::from_ref(&self.order)).await?;
        Ok(())
    }
}

/// The first user, who holds every post.
fn founder(new: &NewAccount, id: UserId, password_hash: String, now: Timestamp) -> users::Row {
    let (given_key, sort_key) = name_keys(&new.given_name.to_string(), &new.family_name.to_string());
    users::Row {
        id,
        account_id: new.id,
        email: new.email.canonical().to_owned(),
        address: new.email.address().to_owned(),
        given_name: new.given_name.to_string(),
        family_name: new.family_name.to_string(),
        given_key,
        sort_key,
        role: Role::SuperAdmin,
        custom_role_id: None,
        state: UserState::Active,
        language: new.language.to_string(),
        time_zone: new.time_zone.to_string(),
        group_id: None,
        settings_template_id: None,
        products: "[]".into(),
        password_hash: Some(password_hash),
        seat_version: 1,
        create_time: now,
    }
}
