//! Numbers as a language writes them.

/// What a language puts between the digits of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Between groups of three digits.
    pub(super) group: String,
    /// Before the fraction.
    pub(super) decimal: String,
    /// How many digits a number has before they are grouped.
    pub(super) grouped_from: usize,
}

impl Marks {
    /// A number in the language's way; `decimal` is as programs write it, such as `-1234.50`.
    pub(super) fn write(&self, decimal: &str) -> String {
        let (sign, number) = match decimal.strip_prefix('-') {
            Some(number) => ("-", number),
            None => ("", decimal),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut text = sign.to_owned();
        for (index, digit) in whole.chars().enumerate() {
            let left = whole.len() - index;
            if index > 0 && left % 3 == 0 && whole.len() >= self.grouped_from {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push_str(&self.decimal);
            text.push_str(fraction);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three_and_the_fraction_stays() {
        let marks = |group: &str, decimal: &str, grouped_from| Marks {
            group: group.into(),
            decimal: decimal.into(),
            grouped_from,
        };
        let (english, spanish) = (marks(",", ".", 4), marks(".", ",", 5));
        let cases = [
            (&english, "0.00", "0.00"),
            (&english, "999", "999"),
            (&english, "1000", "1,000"),
            (&english, "-1234567.089", "-1,234,567.089"),
            (&english, "92233720368547758.07", "92,233,720,368,547,758.07"),
            (&spanish, "1234.50", "1234,50"),
            (&spanish, "12345.50", "12.345,50"),
        ];
        for (marks, decimal, expected) in cases {
            assert_eq!(marks.write(decimal), expected);
        }
    }
}
