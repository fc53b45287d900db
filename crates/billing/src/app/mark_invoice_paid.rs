//! Marks an invoice as paid, when a person has seen the money.

use chassis::{AuditRecord, Caller};
use types::{AccountId, InvoiceId};

use super::App;
use super::settle_payment::Settlement;
use crate::error::Error;

impl App {
    /// Marks an open invoice as paid; one that is paid stays so.
    pub(crate) async fn mark_invoice_paid(
        &self,
        caller: &Caller,
        account: AccountId,
        invoice: InvoiceId,
    ) -> Result<(), Error> {
        let settlement = Settlement {
            account,
            invoice,
            is_paid: true,
            event: None,
            record: AuditRecord::new(account, caller, "invoice.pay", &invoice, self.clock.now()),
        };
        self.settle_payment(settlement).await
    }
}
