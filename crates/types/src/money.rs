//! Amounts of money, in whole minor units of a currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in the currency's minor units (cents), never a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self {
            minor_units: 0,
            currency,
        }
    }

    /// The amount as people write it, such as `-12.50`; two digits stand for the minor units of most currencies, none for those
    /// that have no smaller unit and three for those that have a thousand.
    #[must_use]
    pub fn decimal(self) -> String {
        let digits = match &self.currency.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        };
        let unit = 10_u64.pow(digits);
        let (sign, amount) = (
            if self.minor_units < 0 { "-" } else { "" },
            self.minor_units.unsigned_abs(),
        );
        match usize::try_from(digits) {
            Ok(width) if width > 0 => format!("{sign}{}.{:0width$}", amount / unit, amount % unit),
            Ok(_) | Err(_) => format!("{sign}{amount}"),
        }
    }

    /// What is left when `other` is taken away.
    ///
    /// # Errors
    /// [`MoneyError`] when the currencies differ or the difference does not fit.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.times(-1)?)
    }

    /// `part` of `whole` equal parts, rounded to whole minor units, half a unit away from zero: so that taking a part back
    /// gives exactly what it cost. `whole` is above zero.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the amount does not fit.
    pub fn portion(self, part: i64, whole: i64) -> Result<Self, MoneyError> {
        let (product, whole) = (
            i128::from(self.minor_units) * i128::from(part),
            i128::from(whole.max(1)),
        );
        let rounded = (2 * product.abs() + whole) / (2 * whole) * product.signum();
        let minor_units = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor_units, ..self })
    }

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

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        Self::parse(text)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
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
    fn amounts_are_written_with_the_digits_of_their_currency() {
        let table = [
            ("EUR", 0, "0.00"),
            ("EUR", -5, "-0.05"),
            ("EUR", 123_456, "1234.56"),
            ("EUR", i64::MIN, "-92233720368547758.08"),
            ("JPY", -500, "-500"),
            ("KWD", 1_005, "1.005"),
        ];
        for (currency, minor_units, expected) in table {
            let currency = Currency::parse(currency).unwrap();
            assert_eq!(Money { minor_units, currency }.decimal(), expected);
        }
    }

    #[test]
    fn a_portion_is_rounded_half_away_from_zero() {
        let currency = Currency::parse("EUR").unwrap();
        let table = [
            (1_000, 15, 30, Some(500)),
            (1_000, 10, 31, Some(323)),
            (1_001, 1, 2, Some(501)),
            (-1_001, 1, 2, Some(-501)),
            (1_000, 1, 3, Some(333)),
            (2_000, 1, 3, Some(667)),
            (0, 7, 31, Some(0)),
            (i64::MAX, 30, 30, Some(i64::MAX)),
            (i64::MAX, 31, 30, None),
        ];
        for (minor_units, part, whole, expected) in table {
            let portion = Money { minor_units, currency }.portion(part, whole);
            let portion = portion.map(|portion| portion.minor_units).ok();
            assert_eq!(portion, expected, "{part}/{whole} of {minor_units}");
        }
    }

    #[test]
    fn an_amount_reads_back_as_it_was_written_and_decimals_are_refused() {
        let money = Money {
            minor_units: -1,
            currency: Currency::parse("EUR").unwrap(),
        };
        let text = serde_json::to_string(&money).unwrap();
        assert_eq!(text, r#"{"minor_units":-1,"currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
        assert!(serde_json::from_str::<Money>(r#"{"minor_units":1.5,"currency":"EUR"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"minor_units":1,"currency":"euro"}"#).is_err());
    }

    #[test]
    fn codes_are_three_capital_letters() {
        for text in ["", "EU", "eur", "EURO", "€€€"] {
            assert_eq!(Currency::parse(text), Err(InvalidCurrency));
        }
        assert_eq!(Currency::parse("CHF").unwrap().to_string(), "CHF");
    }
}
