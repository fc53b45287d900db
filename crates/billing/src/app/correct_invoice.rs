//! Takes an issued invoice back: what is issued does not change, a credit note follows it.

use chassis::{AuditRecord, Caller};
use serde_json::{Value, json};
use storage::{Message, outbox};
use types::{AccountId, InvoiceId};

use super::App;
use super::carry_out::lock;
use super::write::issue;
use crate::domain::{InvoiceKind, InvoiceState};
use crate::error::Error;
use crate::store::invoices;

impl App {
    /// Issues the credit note, or answers the one that was issued.
    pub(crate) async fn correct_invoice(
        &self,
        caller: &Caller,
        account: AccountId,
        id: InvoiceId,
    ) -> Result<InvoiceId, Error> {
        let now = self.clock.now();
        let event = AuditRecord::new(account, caller, "invoice.correct", &id, now);
        let work = self.database.transaction(move |tx| {
            Box::pin(async move {
                let mut owner = lock(tx, account).await.map_err(|_| Error::InvoiceNotFound)?;
                let mut invoice = invoices::find(tx, account, id).await?.ok_or(Error::InvoiceNotFound)?;
                if let Some(note) = invoices::correction(tx, account, id).await? {
                    return Ok(note.id);
                }
                let issued = matches!(invoice.state, InvoiceState::Open | InvoiceState::Paid);
                if !issued || invoice.kind != InvoiceKind::Invoice {
                    return Err(Error::InvoiceState(invoice.state));
                }
                let draft = invoice.correction(owner.now(now))?;
                let note = issue(tx, &mut owner, draft, now).await?;
                invoices::insert(tx, &note).await?;
                if invoice.state == InvoiceState::Open {
                    invoice.state = InvoiceState::Void;
                    invoice.next_time = None;
                    invoices::settle(tx, &invoice).await?;
                }
                let event = event.change(Value::Null, json!({ "credit_note": note.id }));
                outbox::append(tx, now, &[Message::new(AuditRecord::TOPIC, event.id, &event)?]).await?;
                Ok::<_, Error>(note.id)
            })
        });
        let note = work.await?;
        self.relay.wake();
        Ok(note)
    }
}
