//! What time does to accounts: one step of one account in one transaction, so that it can be broken off anywhere.

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::AuditRecord;
use serde_json::json;
use storage::{Message, outbox};
use types::{AccountId, Timestamp, failpoint};

use super::App;
use super::totals::message;
use super::write::issue;
use crate::domain::{Account, Charge, Invoice, InvoiceState, Quote, Step, Subscription};
use crate::error::Error;
use crate::store::{Connection, accounts, intents, invoices, subscriptions};

/// The most accounts that are looked at in one round.
const MAX_BATCH: u32 = 100;
/// The longest that an account which cannot be taken on is left alone.
const MAX_DELAY: Duration = Duration::from_secs(60 * 60);
/// After so many failures in a row the delay grows no more, whatever it began with.
const MAX_DOUBLINGS: i64 = 16;

/// What to do about an account that somebody else is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Busy {
    Wait,
    Skip,
}

/// What came of a look at an account.
#[derive(Clone, Debug)]
pub(super) enum Advanced {
    /// Nothing was due, or somebody else is at it.
    Nothing,
    /// One step is done.
    Done,
    /// This payment is to be asked for: nobody else does for a while.
    Ask(Charge),
}

impl App {
    /// Takes every account that something is due for one step on; says how many it was possible for. Several processes share
    /// the work: an account that another one is at is left to it.
    pub(crate) async fn advance_accounts(&self) -> Result<usize, Error> {
        let (reader, now) = (self.database.reader(), self.clock.now());
        let mut due: BTreeSet<AccountId> = subscriptions::due(reader, now, MAX_BATCH).await?.into_iter().collect();
        due.extend(invoices::due(reader, now, MAX_BATCH).await?);
        let mut count = 0;
        for account in due {
            let advanced = match self.advance(account, Busy::Skip).await {
                Ok(Advanced::Ask(charge)) => self.ask(charge).await.map(|()| true),
                Ok(Advanced::Done) => Ok(true),
                Ok(Advanced::Nothing) => Ok(false),
                Err(error) => Err(error),
            };
            match advanced {
                Ok(done) => count += usize::from(done),
                Err(Error::Storage(error)) if error.is_transient() => return Err(error.into()),
                // It must not keep the others waiting.
                Err(error) => {
                    tracing::error!(account.id = %account, error = &error as &dyn std::error::Error, "an account cannot be taken on");
                    self.put_off(account).await?;
                }
            }
        }
        Ok(count)
    }

    /// Leaves an account alone for a while, which is twice as long after each failure.
    async fn put_off(&self, id: AccountId) -> Result<(), Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let doublings = accounts::failures(tx, id).await?.min(MAX_DOUBLINGS);
                let delay = app.cycle.interval.saturating_mul(1 << doublings).min(MAX_DELAY);
                Ok::<_, Error>(accounts::put_off(tx, id, app.clock.now() + delay).await?)
            })
        });
        work.await
    }

    /// Does everything that is due for an account, after whoever else is at it.
    pub(super) async fn catch_up(&self, id: AccountId) -> Result<(), Error> {
        loop {
            match self.advance(id, Busy::Wait).await? {
                Advanced::Nothing if self.settle_left(id).await? => {}
                Advanced::Nothing => return Ok(()),
                Advanced::Done => {}
                Advanced::Ask(charge) => self.ask(charge).await?,
            }
        }
    }

    /// Does the next thing that is due for an account.
    async fn advance(&self, id: AccountId, busy: Busy) -> Result<Advanced, Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = match busy {
                    Busy::Wait => accounts::lock(tx, id).await?,
                    Busy::Skip => accounts::try_lock(tx, id).await?,
                };
                let Some(mut account) = account else {
                    return Ok(Advanced::Nothing);
                };
                // Half a change is settled before anything else.
                if intents::find(tx, id).await?.is_some() {
                    return Ok(Advanced::Nothing);
                }
                let Some(subscription) = subscriptions::find(tx, id).await? else {
                    return Ok(Advanced::Nothing);
                };
                let done = match app.in_passage(&account, |passage| passage.step(&subscription))? {
                    Some(step) => {
                        app.take(tx, &mut account, &subscription, step).await?;
                        Advanced::Done
                    }
                    None => app.advance_invoices(tx, &mut account, &subscription).await?,
                };
                accounts::absolve(tx, id).await?;
                failpoint("billing::advance::before_commit");
                Ok::<_, Error>(done)
            })
        });
        let done = work.await?;
        failpoint("billing::advance::committed");
        if matches!(done, Advanced::Done) {
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
        self.write(tx, account, (former, &next), None).await?;
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
    ) -> Result<Advanced, Error> {
        let drafts = invoices::of_state(tx, account.id, InvoiceState::Draft).await?;
        if let Some(draft) = drafts.into_iter().next() {
            self.issue(tx, account, draft).await?;
            return Ok(Advanced::Done);
        }
        let present = self.present(account);
        let open = invoices::of_state(tx, account.id, InvoiceState::Open).await?;
        let due = open
            .into_iter()
            .find(|invoice| invoice.next_time.is_some_and(|time| time <= present));
        match due {
            Some(invoice) => self.dun(tx, account, subscription, invoice).await,
            None => Ok(Advanced::Nothing),
        }
    }

    /// What the balance pays is reckoned anew: it may have grown since the draft was made.
    async fn issue(&self, tx: &impl Connection, account: &mut Account, mut draft: Invoice) -> Result<(), Error> {
        let quote = draft.document.quote;
        draft.document.quote = Quote::new(quote.lines, quote.total.currency, account.balance)?;
        let invoice = issue(tx, account, draft, self.clock.now()).await?;
        invoices::open(tx, &invoice).await?;
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
