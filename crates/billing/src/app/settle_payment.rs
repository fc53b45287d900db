//! What becomes of an invoice when its payment is made, or fails.

use chassis::AuditRecord;
use serde_json::{Value, json};
use storage::{Message, outbox};
use types::{AccountId, InvoiceId, failpoint};

use super::App;
use super::advance::tell;
use super::carry_out::lock;
use super::write::notify;
use crate::domain::{Account, Invoice, InvoiceState, State, of_late_payment};
use crate::error::Error;
use crate::store::{Connection, intents, invoices, payment_events, subscriptions};

/// What is known of a payment.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(crate) account: AccountId,
    pub(crate) invoice: InvoiceId,
    pub(crate) is_paid: bool,
    /// The provider's name for what it tells, by which a repetition is known; none for what a person says.
    pub(crate) event: Option<String>,
    /// What the audit log is told.
    pub(crate) record: AuditRecord,
}

impl App {
    /// Takes note of a payment. What is paid stays paid, whatever comes late or again.
    pub(crate) async fn settle_payment(&self, settlement: Settlement) -> Result<(), Error> {
        let app = self.clone();
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let Settlement {
                    account,
                    invoice,
                    is_paid,
                    event,
                    record,
                } = settlement;
                let mut owner = lock(tx, account).await.map_err(|_| Error::InvoiceNotFound)?;
                let mut invoice = invoices::find(tx, account, invoice)
                    .await?
                    .ok_or(Error::InvoiceNotFound)?;
                let now = app.clock.now();
                if let Some(event) = event
                    && !payment_events::insert(tx, &event, invoice.id, now).await?
                {
                    return Ok(());
                }
                match invoice.state {
                    InvoiceState::Paid => return Ok(()),
                    InvoiceState::Draft => return Err(Error::InvoiceState(invoice.state)),
                    // Money for what was taken back is for people to look at.
                    InvoiceState::Void if is_paid => return Err(Error::InvoiceState(invoice.state)),
                    InvoiceState::Void => return Ok(()),
                    InvoiceState::Open => {}
                }
                if is_paid {
                    let present = app.present(&owner);
                    (invoice.state, invoice.pay_time, invoice.next_time) = (InvoiceState::Paid, Some(present), None);
                    invoices::settle(tx, &invoice).await?;
                } else {
                    let late = of_late_payment(&owner, &invoice, invoice.attempts, app.next_attempt(&invoice));
                    notify(tx, &late, now).await?;
                }
                app.follow(tx, &mut owner, &invoice).await?;
                let record = record.change(Value::Null, json!({ "paid": is_paid }));
                outbox::append(tx, now, &[Message::new(AuditRecord::TOPIC, record.id, &record)?]).await?;
                failpoint("billing::settle_payment::before_commit");
                Ok::<_, Error>(())
            })
        });
        work.await?;
        failpoint("billing::settle_payment::committed");
        self.relay.wake();
        Ok(())
    }

    /// The subscription is late as long as any of the account's payments is.
    async fn follow(&self, tx: &impl Connection, account: &mut Account, invoice: &Invoice) -> Result<(), Error> {
        let Some(subscription) = subscriptions::find(tx, account.id).await? else {
            return Ok(());
        };
        let open = invoices::of_state(tx, account.id, InvoiceState::Open).await?;
        let is_late = open.iter().any(|other| other.id != invoice.id && other.attempts > 1);
        let state = match (subscription.state, invoice.state) {
            (State::PastDue | State::Grace, InvoiceState::Paid) if !is_late => State::Active,
            (State::Active, InvoiceState::Open) => State::PastDue,
            _ => return Ok(()),
        };
        // Half a change is settled first: it stands on the subscription as it is.
        if intents::find(tx, account.id).await?.is_some() {
            return Err(Error::ChangeInProgress);
        }
        let mut next = subscription.succeed();
        if subscription.state == State::Grace {
            next.end_time = None;
        }
        next.state = state;
        let now = self.clock.now();
        self.write(tx, account, (&subscription, &next), None).await?;
        tell(tx, account, (&subscription, &next), now).await
    }
}
