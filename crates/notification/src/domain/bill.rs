//! What a mail about bills and seats tells.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use types::{Currency, Money};

/// The most products that a mail names.
const MAX_SEATS: usize = 100;

/// What is told. All of it may be missing where a mail's words can do without.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bill {
    /// The number of an invoice or a credit note.
    pub(crate) invoice_number: Option<i64>,
    /// What is to be paid, or was given back.
    pub(crate) amount: Option<Money>,
    /// The day it is about.
    pub(crate) date: Option<Date>,
    /// The seats it is about.
    pub(crate) seats: Vec<SeatCount>,
}

/// How many seats of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatCount {
    /// The name people know the product by.
    pub(crate) product_name: String,
    /// How many there are, or where too many are held: how many are.
    pub(crate) present: i64,
    /// How many there will be, or where too many are held: how many there are.
    pub(crate) seats: i64,
}

/// What cannot be missing in a mail of some kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BillNeeds {
    pub(crate) invoice: bool,
    pub(crate) amount: bool,
    pub(crate) date: bool,
    pub(crate) seats: bool,
}

/// A bill as it came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct BillDraft {
    /// 0 for none.
    pub(crate) invoice_number: i64,
    /// Minor units of the currency.
    pub(crate) amount: i64,
    /// Empty where there is no amount.
    pub(crate) currency: String,
    /// Empty for none.
    pub(crate) date: String,
    pub(crate) seats: Vec<SeatCount>,
}

impl BillDraft {
    /// Reads it; `refuse` is told each field that is not as it must be, and what is wrong. Names are left to whoever checks
    /// names.
    pub(super) fn read(self, needs: BillNeeds, mut refuse: impl FnMut(&str, &str)) -> Bill {
        let currency = (!self.currency.is_empty()).then(|| Currency::parse(&self.currency));
        let date = (!self.date.is_empty()).then(|| self.date.parse::<Date>());
        let is_negative = |count: &SeatCount| count.present.min(count.seats) < 0;
        let checks = [
            (
                needs.invoice && self.invoice_number == 0,
                "invoice_number",
                "a number is required",
            ),
            (self.invoice_number < 0, "invoice_number", "a number from 1 is expected"),
            (self.amount < 0, "amount", "an amount is not below zero"),
            (
                needs.amount && currency.is_none(),
                "currency",
                "an amount is required, with its currency",
            ),
            (
                matches!(currency, Some(Err(_))),
                "currency",
                "an ISO 4217 code is expected",
            ),
            (needs.date && date.is_none(), "date", "a day is required"),
            (
                matches!(date, Some(Err(_))),
                "date",
                "a day is expected as ISO 8601 has it",
            ),
            (needs.seats && self.seats.is_empty(), "seats", "seats are required"),
            (self.seats.len() > MAX_SEATS, "seats", "at most 100 are expected"),
            (
                self.seats.iter().any(is_negative),
                "seats",
                "numbers are not below zero",
            ),
        ];
        for (_, field, problem) in checks.into_iter().filter(|(wrong, ..)| *wrong) {
            refuse(field, problem);
        }
        let money = |currency| Money {
            minor_units: self.amount,
            currency,
        };
        Bill {
            invoice_number: Some(self.invoice_number).filter(|number| *number > 0),
            amount: currency.and_then(Result::ok).map(money),
            date: date.and_then(Result::ok),
            seats: self.seats,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: BillNeeds = BillNeeds {
        invoice: true,
        amount: true,
        date: true,
        seats: true,
    };

    fn draft() -> BillDraft {
        BillDraft {
            invoice_number: 7,
            amount: 1_250,
            currency: "EUR".into(),
            date: "2026-08-03".into(),
            seats: vec![SeatCount {
                product_name: "Meeting".into(),
                present: 5,
                seats: 3,
            }],
        }
    }

    fn read(draft: BillDraft, needs: BillNeeds) -> (Bill, Vec<String>) {
        let mut refused = vec![];
        let bill = draft.read(needs, |field, _| refused.push(field.to_owned()));
        (bill, refused)
    }

    #[test]
    fn a_bill_has_what_its_kind_needs_and_may_have_nothing_else() {
        let (bill, refused) = read(draft(), ALL);
        assert_eq!(
            (bill.invoice_number, bill.date.is_some(), refused),
            (Some(7), true, vec![])
        );
        assert_eq!(bill.amount.map(Money::decimal).as_deref(), Some("12.50"));
        assert_eq!(
            read(BillDraft::default(), BillNeeds::default()),
            (Bill::default(), vec![])
        );
        let (_, refused) = read(BillDraft::default(), ALL);
        assert_eq!(refused, ["invoice_number", "currency", "date", "seats"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Spoil = fn(&mut BillDraft);
        let cases: [(&str, Spoil); 7] = [
            ("invoice_number", |bill| bill.invoice_number = -1),
            ("amount", |bill| bill.amount = -1),
            ("currency", |bill| bill.currency = "euro".into()),
            ("date", |bill| bill.date = "03.08.2026".into()),
            ("date", |bill| bill.date = "2026-02-30".into()),
            ("seats", |bill| bill.seats = vec![bill.seats[0].clone(); 101]),
            ("seats", |bill| bill.seats[0].present = -1),
        ];
        for (field, spoil) in cases {
            let mut draft = draft();
            spoil(&mut draft);
            assert_eq!(read(draft, ALL).1, [field]);
        }
    }
}
