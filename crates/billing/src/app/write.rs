//! What is written when a subscription changes: its next version, and what is charged for it.

use storage::StorageError;
use types::{InvoiceId, Timestamp};

use crate::domain::{Account, Invoice, Quote, Subscription};
use crate::error::Error;
use crate::store::{Connection, accounts, invoices, subscriptions};

/// Puts `next` in the place of version `from`, and issues what `quote` charges or gives back.
///
/// # Errors
/// [`Error::ChangeInProgress`] when the subscription has changed meanwhile.
pub(super) async fn write(
    tx: &impl Connection,
    account: &mut Account,
    (from, next): (i64, &Subscription),
    quote: Option<Quote>,
    now: Timestamp,
) -> Result<Option<InvoiceId>, Error> {
    let calendar = account.calendar();
    if !subscriptions::replace(tx, from, next, &calendar).await? {
        return Err(Error::ChangeInProgress);
    }
    match quote.filter(|quote| !quote.lines.is_empty()) {
        Some(quote) => {
            let draft = Invoice::draft(account.id, quote, account.now(now));
            let invoice = number(account, draft, now)?;
            invoices::insert(tx, &invoice).await?;
            accounts::update(tx, account).await?;
            Ok(Some(invoice.id))
        }
        None => Ok(None),
    }
}

/// Issues a draft: takes the next number of the locked account, and what the draft says from its balance.
///
/// # Errors
/// When the balance or the number cannot be counted any more.
pub(super) fn number(account: &mut Account, draft: Invoice, now: Timestamp) -> Result<Invoice, Error> {
    account.balance = draft.document.quote.settle(account.balance)?;
    account.last_invoice = account
        .last_invoice
        .checked_add(1)
        .ok_or(StorageError::Lost("there are no more invoice numbers"))?;
    let now = account.now(now);
    Ok(draft.open(account.last_invoice, account.information.clone(), now))
}
