//! Invoices and billing information, between messages and what is meant by them.

use proto::billing::v1 as api;

use super::quote::quote;
use crate::domain::{BillingInformation, Invoice, InvoiceKind, InvoiceState};

/// One invoice.
pub(super) fn invoice(invoice: Invoice) -> api::Invoice {
    let kind = match invoice.kind {
        InvoiceKind::Invoice => api::invoice::Kind::Invoice,
        InvoiceKind::CreditNote => api::invoice::Kind::CreditNote,
    };
    let state = match invoice.state {
        InvoiceState::Draft => api::invoice::State::Draft,
        InvoiceState::Open => api::invoice::State::Open,
        InvoiceState::Paid => api::invoice::State::Paid,
        InvoiceState::Void => api::invoice::State::Void,
    };
    api::Invoice {
        id: invoice.id.to_string(),
        number: invoice.number.unwrap_or_default(),
        kind: kind.into(),
        state: state.into(),
        quote: Some(quote(invoice.document.quote)),
        bill_to: Some(information(invoice.document.bill_to, String::new())),
        corrected_invoice_id: invoice.corrects.map(|id| id.to_string()).unwrap_or_default(),
        create_time: Some(chassis::timestamp(invoice.create_time)),
        issue_time: invoice.issue_time.map(chassis::timestamp),
        pay_time: invoice.pay_time.map(chassis::timestamp),
        payment_attempts: invoice.attempts,
    }
}

/// Whom invoices are addressed to, in the version that `etag` names.
pub(super) fn information(information: BillingInformation, etag: String) -> api::BillingInformation {
    api::BillingInformation {
        company: information.company,
        address_lines: information.address_lines,
        city: information.city,
        postal_code: information.postal_code,
        region: information.region,
        country: information.country,
        tax_id: information.tax_id,
        invoice_email: information.invoice_email,
        purchase_order: information.purchase_order,
        payment_method: information.payment_method,
        etag,
    }
}

/// What is to stand on invoices.
pub(super) fn read_information(message: api::BillingInformation) -> BillingInformation {
    BillingInformation {
        company: message.company,
        address_lines: message.address_lines,
        city: message.city,
        postal_code: message.postal_code,
        region: message.region,
        country: message.country,
        tax_id: message.tax_id,
        invoice_email: message.invoice_email,
        purchase_order: message.purchase_order,
        payment_method: message.payment_method,
    }
}
