//! Takes what a payment provider tells: believed by its signature, and each event once.

use chassis::AuditRecord;

use super::App;
use super::settle_payment::Settlement;
use crate::domain::{PaymentEvent, PaymentEventKind, SignedEvent};
use crate::error::Error;

/// The longest name of an event.
const MAX_ID: usize = 128;

impl App {
    /// Takes an event. One that comes again, or too late to matter, changes nothing.
    pub(crate) async fn receive_payment_event(&self, signed: SignedEvent) -> Result<(), Error> {
        let seal = self.payment_events.as_ref().ok_or(Error::SignatureInvalid)?;
        let now = self.clock.now();
        seal.verify(&signed, now).map_err(|_| Error::SignatureInvalid)?;
        let event: PaymentEvent = serde_json::from_slice(&signed.body).map_err(|_| Error::PaymentEventMalformed)?;
        if event.id.is_empty() || event.id.len() > MAX_ID {
            return Err(Error::PaymentEventMalformed);
        }
        let is_paid = event.kind == PaymentEventKind::Succeeded;
        let action = if is_paid { "invoice.pay" } else { "invoice.pay_failed" };
        let settlement = Settlement {
            account: event.account_id,
            invoice: event.invoice_id,
            is_paid,
            record: AuditRecord::by_service(event.account_id, "billing", action, &event.invoice_id, now),
            event: Some(event.id),
        };
        self.settle_payment(settlement).await
    }
}
