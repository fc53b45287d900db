//! Asks for payments: when an invoice is issued, and again while it is not paid.

use std::time::Duration;

use types::{AccountId, InvoiceId, Timestamp, failpoint};

use super::App;
use super::advance::{Advanced, tell};
use super::carry_out::lock;
use super::write::notify;
use crate::domain::{Account, Charge, Invoice, InvoiceState, State, Subscription, of_late_payment};
use crate::error::Error;
use crate::store::{Connection, invoices};

/// How long an invoice is left to the process that asks for its payment; longer than a provider may take.
const LEASE: Duration = Duration::from_secs(60);

impl App {
    /// Claims an invoice whose payment is to be asked for, or gives up when it was asked for in vain; says what being late
    /// means.
    pub(super) async fn dun(
        &self,
        tx: &impl Connection,
        account: &mut Account,
        subscription: &Subscription,
        mut invoice: Invoice,
    ) -> Result<Advanced, Error> {
        let present = self.present(account);
        let is_asked = self.wait(&invoice).is_some();
        invoice.next_time = is_asked.then(|| present + LEASE);
        invoices::settle(tx, &invoice).await?;
        let late = match (subscription.state, is_asked) {
            (State::Active, true) if invoice.attempts > 0 => Some((State::PastDue, subscription.end_time)),
            (State::Active | State::PastDue, false) => Some((State::Grace, Some(present + self.cycle.grace))),
            _ => None,
        };
        if let Some((state, end_time)) = late {
            let mut next = subscription.succeed();
            (next.state, next.end_time) = (state, end_time);
            let now = self.clock.now();
            self.write(tx, account, (subscription, &next), None).await?;
            tell(tx, account, (subscription, &next), now).await?;
        }
        if !is_asked {
            return Ok(Advanced::Done);
        }
        Ok(Advanced::Ask(charge(account, &invoice)))
    }

    /// Asks the provider. Whoever dies before the answer is written down is followed by another, who asks for the same.
    pub(super) async fn ask(&self, charge: Charge) -> Result<(), Error> {
        match self.payments.collect(&charge).await {
            Ok(events) => {
                failpoint("billing::dun::asked");
                self.asked(charge.account, charge.invoice, charge.attempt).await?;
                for event in events {
                    self.receive_payment_event(event).await?;
                }
                Ok(())
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(invoice.id = %charge.invoice, error, "a payment could not be asked for; it is tried again");
                Ok(())
            }
        }
    }

    /// Asks once more for everything that is late, at once: there is a new way to pay it.
    pub(super) async fn ask_again(&self, account: &Account) -> Result<(), Error> {
        for invoice in invoices::of_state(self.database.reader(), account.id, InvoiceState::Open).await? {
            self.ask(charge(account, &invoice)).await?;
        }
        Ok(())
    }

    /// Counts an attempt, and says when the next one is.
    async fn asked(&self, account: AccountId, id: InvoiceId, attempt: i64) -> Result<(), Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let owner = lock(tx, account).await?;
                let invoice = invoices::find(tx, account, id).await?;
                let counts = |it: &Invoice| it.state == InvoiceState::Open && it.attempts + 1 == attempt;
                if let Some(mut invoice) = invoice.filter(counts) {
                    // One that is asked for beyond the plan stays where it is in it.
                    let planned = app.wait(&invoice).map(|wait| app.present(&owner) + wait);
                    invoice.next_time = planned.or(invoice.next_time);
                    invoice.attempts = attempt;
                    invoices::settle(tx, &invoice).await?;
                    // The one before was in vain, or nobody would ask again; a provider that knew has told already.
                    if attempt > 1 {
                        let late = of_late_payment(&owner, &invoice, attempt - 1, app.next_attempt(&invoice));
                        notify(tx, &late, app.clock.now()).await?;
                    }
                }
                Ok::<_, Error>(())
            })
        });
        work.await
    }

    /// When the payment is asked for next; none when it is not asked for again.
    pub(super) fn next_attempt(&self, invoice: &Invoice) -> Option<Timestamp> {
        self.wait(invoice).and(invoice.next_time)
    }

    /// How long the next attempt waits for its payment; none when there is no next attempt.
    fn wait(&self, invoice: &Invoice) -> Option<Duration> {
        let asked = usize::try_from(invoice.attempts).ok()?;
        self.cycle.waits.get(asked).copied()
    }
}

/// The next attempt to have an invoice paid.
fn charge(account: &Account, invoice: &Invoice) -> Charge {
    Charge {
        account: account.id,
        invoice: invoice.id,
        attempt: invoice.attempts + 1,
        amount: invoice.due(),
        payment_method: account.information.payment_method.clone(),
    }
}
