//! Invoices: what an account owes, told once and never changed.

use serde::{Deserialize, Serialize};
use types::{AccountId, InvoiceId, Money, MoneyError, Timestamp};

use super::{BillingInformation, Quote};

/// An invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invoice {
    pub(crate) id: InvoiceId,
    pub(crate) account: AccountId,
    /// 1, 2, 3, … in each account; a draft has none.
    pub(crate) number: Option<i64>,
    pub(crate) kind: InvoiceKind,
    pub(crate) state: InvoiceState,
    pub(crate) document: Document,
    /// The invoice that a credit note corrects.
    pub(crate) corrects: Option<InvoiceId>,
    pub(crate) create_time: Timestamp,
    pub(crate) issue_time: Option<Timestamp>,
    pub(crate) due_time: Option<Timestamp>,
    pub(crate) pay_time: Option<Timestamp>,
    /// How often payment was asked for.
    pub(crate) attempts: i64,
    /// When payment is asked for next.
    pub(crate) next_time: Option<Timestamp>,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) quote: Quote,
    /// Filled in when it is issued.
    pub(crate) bill_to: BillingInformation,
}

/// What sort of paper it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvoiceKind {
    /// Asks for money, or says that it is settled.
    Invoice,
    /// Gives money back, to the balance.
    CreditNote,
}

/// Where an invoice is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvoiceState {
    /// Not issued yet: it has no number.
    Draft,
    /// Issued, and to be paid.
    Open,
    /// Paid, or nothing was to be paid.
    Paid,
    /// Taken back by a credit note: nothing is to be paid any more.
    Void,
}

impl Invoice {
    /// A draft of what `quote` says.
    pub(crate) fn draft(account: AccountId, quote: Quote, now: Timestamp) -> Self {
        let kind = if quote.total.minor_units < 0 {
            InvoiceKind::CreditNote
        } else {
            InvoiceKind::Invoice
        };
        Self {
            id: InvoiceId::new(),
            account,
            number: None,
            kind,
            state: InvoiceState::Draft,
            document: Document {
                quote,
                bill_to: BillingInformation::default(),
            },
            corrects: None,
            create_time: now,
            issue_time: None,
            due_time: None,
            pay_time: None,
            attempts: 0,
            next_time: Some(now),
        }
    }

    /// The same, issued under `number` and addressed; what has nothing left to pay is paid.
    pub(crate) fn open(mut self, number: i64, bill_to: BillingInformation, now: Timestamp) -> Self {
        let is_paid = self.due().minor_units == 0;
        self.number = Some(number);
        self.document.bill_to = bill_to;
        self.issue_time = Some(now);
        self.due_time = Some(now);
        self.state = if is_paid {
            InvoiceState::Paid
        } else {
            InvoiceState::Open
        };
        self.pay_time = is_paid.then_some(now);
        self.next_time = (!is_paid).then_some(now);
        self
    }

    /// The draft of the credit note that takes this back.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when an amount does not fit.
    pub(crate) fn correction(&self, now: Timestamp) -> Result<Self, MoneyError> {
        let quote = self.document.quote.reverse(self.state == InvoiceState::Paid)?;
        Ok(Self {
            kind: InvoiceKind::CreditNote,
            corrects: Some(self.id),
            ..Self::draft(self.account, quote, now)
        })
    }

    /// What is to be paid.
    pub(crate) const fn due(&self) -> Money {
        self.document.quote.due
    }
}

impl InvoiceKind {
    const ALL: [(Self, &'static str); 2] = [(Self::Invoice, "INVOICE"), (Self::CreditNote, "CREDIT_NOTE")];

    /// The word for it in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The kind that is called this in the database.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

impl InvoiceState {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Draft, "DRAFT"),
        (Self::Open, "OPEN"),
        (Self::Paid, "PAID"),
        (Self::Void, "VOID"),
    ];

    /// The word for it in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The state that is called this in the database.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_they_were_written() {
        for (row, (kind, name)) in InvoiceKind::ALL.into_iter().enumerate() {
            assert_eq!(
                (kind as usize, kind.as_str(), InvoiceKind::from_name(name)),
                (row, name, Some(kind))
            );
        }
        for (row, (state, name)) in InvoiceState::ALL.into_iter().enumerate() {
            assert_eq!(
                (state as usize, state.as_str(), InvoiceState::from_name(name)),
                (row, name, Some(state))
            );
        }
    }
}
