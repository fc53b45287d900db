//! What is to be paid for lines, and what the account's balance pays of it.

use serde::{Deserialize, Serialize};
use types::{Currency, Money, MoneyError};

use super::Line;

/// Lines, their sum, and where it comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quote {
    pub(crate) lines: Vec<Line>,
    /// The sum of all lines; below zero when more is given back than charged.
    pub(crate) total: Money,
    /// What the balance pays of it.
    pub(crate) from_balance: Money,
    /// What is left to pay.
    pub(crate) due: Money,
    /// What goes to the balance: a total below zero.
    pub(crate) credited: Money,
}

impl Quote {
    /// Sums lines up, and uses the credits in `balance` first.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum does not fit, or currencies differ.
    pub(crate) fn new(lines: Vec<Line>, currency: Currency, balance: Money) -> Result<Self, MoneyError> {
        let zero = Money::zero(currency);
        let total = lines.iter().try_fold(zero, |sum, line| sum.plus(line.amount))?;
        let charged = total.minor_units.max(0);
        let from_balance = Money {
            // A balance of another currency pays nothing; whoever has one is kept from buying in this currency.
            minor_units: if balance.currency == currency {
                charged.min(balance.minor_units.max(0))
            } else {
                0
            },
            currency,
        };
        Ok(Self {
            lines,
            total,
            from_balance,
            due: Money {
                minor_units: charged,
                currency,
            }
            .minus(from_balance)?,
            credited: Money {
                minor_units: total.minor_units.min(0),
                currency,
            }
            .times(-1)?,
        })
    }

    /// The quote that takes this one back: what was paid goes to the balance, all of it or what the balance had paid.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when an amount does not fit.
    pub(crate) fn reverse(&self, is_paid: bool) -> Result<Self, MoneyError> {
        let taken_back = |line: &Line| {
            Ok(Line {
                amount: line.amount.times(-1)?,
                ..line.clone()
            })
        };
        let zero = Money::zero(self.total.currency);
        Ok(Self {
            lines: self.lines.iter().map(taken_back).collect::<Result<_, MoneyError>>()?,
            total: self.total.times(-1)?,
            from_balance: zero,
            due: zero,
            credited: if is_paid { self.total } else { self.from_balance },
        })
    }

    /// The balance after this.
    ///
    /// # Errors
    /// [`MoneyError`] when it does not fit, or is of another currency.
    pub(crate) fn settle(&self, balance: Money) -> Result<Money, MoneyError> {
        let balance = if balance.minor_units == 0 {
            Money::zero(self.total.currency)
        } else {
            balance
        };
        balance.minus(self.from_balance)?.plus(self.credited)
    }
}
