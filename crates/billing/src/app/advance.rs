//! What time does to accounts: one step of one account in one transaction, so that it can be broken off anywhere.

use std::collections::BTreeSet;

use chassis::AuditRecord;
use serde_json::json;
use storage::{Message, outbox};
use types::{AccountId, Timestamp, failpoint};

use super::App;
use super::totals::message;
use super::write::{number, write};
use crate::domain::{Account, Invoice, InvoiceState, Quote, State, Step, Subscription};
use crate::error::Error;
use crate::store::{Connection, accounts, intents, invoices, subscriptions};

/// The most accounts that are looked at in one round.
const MAX_BATCH: u32 = 100;

impl App {
    /// Takes every account that something is due for one step on; says how many it was possible for. Several processes share
    /// the work: an account that another one is at is left to it.
    pub(crate) async fn advance_accounts(&self) -> Result<usize, Error> {
        let (reader, now) = (self.database.reader(), self.clock.now());
        let mut due: BTreeSet<AccountId> = subscriptions::due(reader, now, MAX_BATCH).await?.into_iter().collect();
        due.extend(invoices::due(reader, now, MAX_BATCH).await?);
        let mut count = 0;
        for account in due {
            match self.advance(account).await {
                Ok(true) => count += 1,
                Ok(false) => {}
                Err(Error::Storage(error)) if error.is_transient() => return Err(error.into()),
                // It must not keep the others waiting.
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(account.id = %account, error, "an account cannot be taken on");
                }
            }
        }
        Ok(count)
    }

    /// Does the next thing that is due for an account; false when there is nothing, or somebody else is at it.
    pub(super) async fn advance(&self, id: AccountId) -> Result<bool, Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let Some(mut account) = accounts::try_lock(tx, id).await? else {
                    return Ok(false);
                };
                // Half a change is settled before anything else.
                if intents::find(tx, id).await?.is_some() {
                    return Ok(false);
                }
                let Some(subscription) = subscriptions::find(tx, id).await? else {
                    return Ok(false);
                };
                let done = match app.in_passage(&account, |passage| passage.step(&subscription))? {
                    Some(step) => app.take(tx, &mut account, &subscription, step).await.map(|()| true)?,
                    None => app.advance_invoices(tx, &mut account, &subscription).await?,
                };
                failpoint("billing::advance::before_commit");
                Ok::<_, Error>(done)
            })
        });
        let done = work.await?;
        failpoint("billing::advance::committed");
        if done {
            self.relay.wake();
        }
        Ok(done)
    }

    /// A step of the subscription, with a draft of what is to be paid for it.
    async fn take(
        &self,
        tx: &impl Connection,
        account: &mut Account,
        former: &Subscription,
        Step { next, lines }: Step,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        write(tx, account, (former.version, &next), None, now).await?;
        let plan = self.catalogue.sold(&next.terms.plan).filter(|_| !lines.is_empty());
        if let Some(plan) = plan {
            let quote = Quote::new(lines, plan.currency, account.balance)?;
            invoices::insert(tx, &Invoice::draft(account.id, quote, self.present(account))).await?;
        }
        tell(tx, account, (former, &next), now).await
    }

    /// Issues a draft, or asks for a payment that was not made.
    async fn advance_invoices(
        &self,
        tx: &impl Connection,
        account: &mut Account,
        subscription: &Subscription,
    ) -> Result<bool, Error> {
        let drafts = invoices::of_state(tx, account.id, InvoiceState::Draft).await?;
        if let Some(draft) = drafts.into_iter().next() {
            self.issue(tx, account, draft).await?;
            return Ok(true);
        }
        let present = self.present(account);
        let open = invoices::of_state(tx, account.id, InvoiceState::Open).await?;
        let due = open
            .into_iter()
            .find(|invoice| invoice.next_time.is_some_and(|time| time <= present));
        match due {
            Some(invoice) => self.dun(tx, account, subscription, invoice).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// What the balance pays is reckoned anew: it may have grown since the draft was made.
    async fn issue(&self, tx: &impl Connection, account: &mut Account, mut draft: Invoice) -> Result<(), Error> {
        let quote = draft.document.quote;
        draft.document.quote = Quote::new(quote.lines, quote.total.currency, account.balance)?;
        let invoice = number(account, draft, self.clock.now())?;
        invoices::open(tx, &invoice).await?;
        Ok(accounts::update(tx, account).await?)
    }

    /// Asks for a payment once more, and says what its being late means.
    async fn dun(
        &self,
        tx: &impl Connection,
        account: &mut Account,
        subscription: &Subscription,
        mut invoice: Invoice,
    ) -> Result<(), Error> {
        let present = self.present(account);
        let asked = usize::try_from(invoice.attempts).unwrap_or(usize::MAX);
        let wait = self.cycle.waits.get(asked);
        invoice.next_time = wait.map(|wait| present + *wait);
        if wait.is_some() {
            invoice.attempts += 1;
        }
        let late = match (subscription.state, wait) {
            (State::Active, Some(_)) if asked > 0 => Some((State::PastDue, subscription.end_time)),
            (State::Active | State::PastDue, None) => Some((State::Grace, Some(present + self.cycle.grace))),
            _ => None,
        };
        invoices::settle(tx, &invoice).await?;
        if let Some((state, end_time)) = late {
            let mut next = subscription.succeed();
            (next.state, next.end_time) = (state, end_time);
            let now = self.clock.now();
            write(tx, account, (subscription.version, &next), None, now).await?;
            tell(tx, account, (subscription, &next), now).await?;
        }
        Ok(())
    }
}

/// The audit log learns what time has done, and licensing what it changes about seats.
pub(super) async fn tell(
    tx: &impl Connection,
    account: &Account,
    (former, next): (&Subscription, &Subscription),
    now: Timestamp,
) -> Result<(), Error> {
    let content = |subscription: &Subscription| json!({ "state": subscription.state, "plan": subscription.terms.plan, "seats": subscription.terms.seats });
    let event = AuditRecord::by_service(former.account, "billing", "subscription.advance", &former.id, now);
    let event = event.change(content(former), content(next));
    let mut messages = vec![Message::new(AuditRecord::TOPIC, event.id, &event)?];
    let calendar = account.calendar();
    let (before, after) = (former.seat_totals(&calendar), next.seat_totals(&calendar));
    if (before.seats, before.next) != (after.seats, after.next) {
        messages.push(message(next, &calendar));
    }
    Ok(outbox::append(tx, now, &messages).await?)
}
