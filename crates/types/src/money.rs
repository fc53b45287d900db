//! Amounts of money, in whole minor units of a currency.

use std::fmt;

/// An amount in the currency's minor units (cents), never a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units; negative for credits.
    pub minor_units: i64,
    /// The currency.
    pub currency: Currency,
}

/// An ISO 4217 code: three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

/// A text that is not an ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters (ISO 4217), such as EUR")]
pub struct InvalidCurrency;

/// A sum that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts of two currencies.
    #[error("amounts of different currencies cannot be added")]
    CurrencyMismatch,
    /// Beyond 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError`] when the currencies differ or the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        let minor_units = self
            .minor_units
            .checked_add(other.minor_units)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { minor_units, ..self })
    }

    /// The amount `factor` times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the product does not fit.
    pub fn times(self, factor: i64) -> Result<Self, MoneyError> {
        let minor_units = self.minor_units.checked_mul(factor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor_units, ..self })
    }
}

impl Currency {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidCurrency`] when it is not three capital letters.
    pub fn parse(text: &str) -> Result<Self, InvalidCurrency> {
        match text.as_bytes().try_into() {
            Ok(code) if text.bytes().all(|b| b.is_ascii_uppercase()) => Ok(Self(code)),
            Ok(_) | Err(_) => Err(InvalidCurrency),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_their_currency_and_never_wrap() {
        let euro = Currency::parse("EUR").unwrap();
        let money = |minor_units| Money {
            minor_units,
            currency: euro,
        };
        assert_eq!(money(150).plus(money(-50)), Ok(money(100)));
        assert_eq!(money(i64::MAX).plus(money(1)), Err(MoneyError::Overflow));
        assert_eq!(money(i64::MAX).times(2), Err(MoneyError::Overflow));
        let dollar = Money {
            minor_units: 1,
            currency: Currency::parse("USD").unwrap(),
        };
        assert_eq!(money(1).plus(dollar), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn codes_are_three_capital_letters() {
        for text in ["", "EU", "eur", "EURO", "€€€"] {
            assert_eq!(Currency::parse(text), Err(InvalidCurrency));
        }
        assert_eq!(Currency::parse("CHF").unwrap().to_string(), "CHF");
    }
}
