//! What is written when a subscription changes: its next version, what is charged for it, and what is told of it.

use storage::{Message, StorageError, outbox};
use types::{BillingNotice, InvoiceId, Timestamp};

use super::App;
use crate::domain::{Account, Invoice, Quote, Subscription, of_change, of_invoice};
use crate::error::Error;
use crate::store::{Connection, accounts, invoices, subscriptions};

impl App {
    /// Puts `next` in the place of `former`, and issues what `quote` charges or gives back.
    ///
    /// # Errors
    /// [`Error::ChangeInProgress`] when the subscription has changed meanwhile.
    pub(super) async fn write(
        &self,
        tx: &impl Connection,
        account: &mut Account,
        (former, next): (&Subscription, &Subscription),
        quote: Option<Quote>,
    ) -> Result<Option<InvoiceId>, Error> {
        let now = self.clock.now();
        let calendar = account.calendar();
        if !subscriptions::replace(tx, former.version, next, &calendar).await? {
            return Err(Error::ChangeInProgress);
        }
        if let Some(notice) = of_change(account, &self.catalogue, (former, next))? {
            notify(tx, &notice, now).await?;
        }
        match quote.filter(|quote| !quote.lines.is_empty()) {
            Some(quote) => {
                let draft = Invoice::draft(account.id, quote, account.now(now));
                let invoice = issue(tx, account, draft, now).await?;
                invoices::insert(tx, &invoice).await?;
                Ok(Some(invoice.id))
            }
            None => Ok(None),
        }
    }
}

/// Issues a draft, which is to be written then: takes the next number of the locked account, and what the draft says from its
/// balance; its readers are told.
///
/// # Errors
/// When the balance or the number cannot be counted any more.
pub(super) async fn issue(
    tx: &impl Connection,
    account: &mut Account,
    draft: Invoice,
    now: Timestamp,
) -> Result<Invoice, Error> {
    account.balance = draft.document.quote.settle(account.balance)?;
    account.last_invoice = account
        .last_invoice
        .checked_add(1)
        .ok_or(StorageError::Lost("there are no more invoice numbers"))?;
    accounts::update(tx, account).await?;
    let invoice = draft.open(account.last_invoice, account.information.clone(), account.now(now));
    notify(tx, &of_invoice(account, &invoice), now).await?;
    Ok(invoice)
}

/// Has the billing contact told, in the transaction of what they are told; the relay is to be woken when it is over.
pub(super) async fn notify(tx: &impl Connection, notice: &BillingNotice, now: Timestamp) -> Result<(), Error> {
    let message = Message::new(BillingNotice::TOPIC, &notice.id, notice)?;
    Ok(outbox::append(tx, now, &[message]).await?)
}
