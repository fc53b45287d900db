//! Moves the clock of an account whose time stands still, and does on the way what is due.

use chassis::{AuditRecord, Caller};
use serde_json::json;
use storage::{Message, outbox};
use types::{AccountId, Timestamp};

use super::App;
use super::carry_out::lock;
use super::standing::person;
use crate::error::Error;
use crate::store::{accounts, invoices};

/// The farthest a clock is moved at once: what is due on the way is done before the answer.
const MAX_MICROS: i64 = 400 * 24 * 60 * 60 * 1_000_000;

impl App {
    /// Lets the account's time go on to `target`, from one thing that is due to the next. From the first call on the account's
    /// time stands still between calls.
    pub(crate) async fn advance_test_clock(&self, caller: &Caller, target: Timestamp) -> Result<(), Error> {
        if !self.cycle.sandbox {
            return Err(Error::SandboxOff);
        }
        let id = person(caller)?.account;
        let standing = self.standing(id).await?;
        let ahead = target.micros().saturating_sub(self.present(&standing.account).micros());
        if !(1..=MAX_MICROS).contains(&ahead) {
            return Err(Error::TimeNotAhead);
        }
        let event = AuditRecord::new(id, caller, "test_clock.advance", &id, self.clock.now())
            .change(json!({}), json!({ "time": target.to_string() }));
        let mut event = Some(event);
        loop {
            let next = self.next_due(id).await?.filter(|due| *due < target);
            self.set_clock(id, next.unwrap_or(target), event.take()).await?;
            self.catch_up(id).await?;
            if next.is_none() {
                self.relay.wake();
                return Ok(());
            }
        }
    }

    /// When something is due for the account next.
    async fn next_due(&self, id: AccountId) -> Result<Option<Timestamp>, Error> {
        let standing = self.standing(id).await?;
        let subscription = standing.subscription.next_time(&standing.account.calendar());
        let invoice = invoices::next_due(self.database.reader(), id).await?;
        Ok(subscription.into_iter().chain(invoice).min())
    }

    /// Sets the clock; it never goes back.
    async fn set_clock(&self, id: AccountId, time: Timestamp, event: Option<AuditRecord>) -> Result<(), Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut account = lock(tx, id).await?;
                account.test_time = Some(time.max(app.present(&account)));
                accounts::update(tx, &account).await?;
                if let Some(event) = event {
                    let message = Message::new(AuditRecord::TOPIC, event.id, &event)?;
                    outbox::append(tx, app.clock.now(), &[message]).await?;
                }
                Ok::<_, Error>(())
            })
        });
        work.await
    }
}
