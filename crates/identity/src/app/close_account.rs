//! Closing an account: the account, its last user and everything that waits, in one transaction.

use chassis::Person;
use serde_json::json;
use storage::{Message, outbox};
use types::failpoint;

use super::App;
use super::end_users::end_users;
use super::notices::notify;
use crate::domain::account::AccountState;
use crate::domain::audit::{Event, Origin};
use crate::domain::closing::Blocker;
use crate::domain::error::Error;
use crate::domain::life::End;
use crate::domain::message::{END_SUBSCRIPTION, EndSubscription, Notice, NoticeKind};
use crate::store::{accounts, audit_events, closing, password_resets, users};

/// What the caller says to close their account.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The account's name, as a sign that it is meant.
    pub account_name: String,
    /// Only tell what is in the way.
    pub validate_only: bool,
}

impl App {
    /// Closes the caller's account, whose last user they are; closing one that is closed does nothing.
    ///
    /// # Errors
    /// [`Error::AccountNotClosable`] with everything that is in the way; [`Error::AccountNameMismatch`].
    pub async fn close_account(&self, person: &Person, origin: Origin, wish: Closing) -> Result<(), Error> {
        let (account_id, user_id, now) = (person.account, person.user, self.clock.now());
        let offered_since = now - self.offer_lifetime;
        if wish.validate_only {
            let reader = self.database.reader();
            return check(closing::find_blockers(reader, account_id, user_id, now, offered_since).await?);
        }
        let close = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, account_id).await?;
                if account.state == AccountState::Closed {
                    return Ok(vec![]);
                }
                // The post may have been handed over since the gateway last asked.
                if account.billing_contact != user_id {
                    return Err(Error::Contended);
                }
                if account.name != wish.account_name {
                    return Err(Error::AccountNameMismatch);
                }
                check(closing::find_blockers(tx, account_id, user_id, now, offered_since).await?)?;
                let user = users::find(tx, account_id, user_id).await?.ok_or(Error::UserNotFound)?;
                let gone = std::slice::from_ref(&user);
                let mut ended = end_users(tx, &account, gone, End::Deletion, &origin, now).await?;
                closing::close(tx, account_id, now).await?;
                password_resets::end_all(tx, user_id, now).await?;
                let order = EndSubscription { account_id };
                ended.messages.push(Message::new(END_SUBSCRIPTION, account_id, &order)?);
                outbox::append(tx, now, &ended.messages).await?;
                let notice = Notice::to_user(
                    NoticeKind::AccountClosed,
                    &account,
                    &user,
                    user.display_name(),
                    account_id,
                );
                notify(tx, &[notice], now).await?;
                let closed = Event::new(account_id, &origin, "account.close", account_id, now)
                    .before(&json!({ "state": account.state.as_str() }))
                    .after(&json!({ "state": AccountState::Closed.as_str() }));
                ended.events.push(closed);
                audit_events::append(tx, &ended.events).await?;
                Ok(ended.sessions)
            })
        });
        let ended = close.await?;
        failpoint("identity::close_account::committed");
        self.relay.wake();
        self.tell_ended(&ended).await;
        Ok(())
    }
}

fn check(blockers: Vec<Blocker>) -> Result<(), Error> {
    if blockers.is_empty() {
        Ok(())
    } else {
        Err(Error::AccountNotClosable(blockers))
    }
}
